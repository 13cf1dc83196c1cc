// Bytes as WebAuthn writes them down: base64url without padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfy::webauthn {

/// As C libraries want them.
inline const unsigned char* data_of(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string to_base64url(std::string_view bytes);
/// nullopt for padding, other characters, or bits left over.
std::optional<std::string> from_base64url(std::string_view text);
/// The 32 bytes themselves.
std::string sha256_bytes(std::string_view text);

}  // namespace tfy::webauthn
