// Bytes as the libraries of WebAuthn take them.
#pragma once

#include <string>
#include <string_view>

namespace tfy::webauthn {

/// As C libraries want them.
inline const unsigned char* data_of(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// The 32 bytes themselves.
std::string sha256_bytes(std::string_view text);

}  // namespace tfy::webauthn
