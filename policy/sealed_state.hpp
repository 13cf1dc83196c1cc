// Text that travels through a client and comes back unchanged or not at all (XChaCha20-Poly1305).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::policy {

struct SealKey {
    std::array<unsigned char, 32> bytes{};
};

/// Base64url without padding. `purpose` ("requestState", "session") is bound in: a blob sealed for one does
/// not open for another.
std::string seal_state(const Json& state, std::string_view purpose, const SealKey& key);
/// nullopt for anything that this key did not seal for this purpose, bit for bit.
std::optional<Json> open_state(std::string_view sealed, std::string_view purpose, const SealKey& key);

/// The same for text that is no JSON.
std::string seal_text(std::string_view plain, std::string_view purpose, const SealKey& key);
/// What is opened may be a secret: wipe it.
std::optional<std::string> open_text(std::string_view sealed, std::string_view purpose, const SealKey& key);

/// `bytes` random bytes as lower-case base32 (26 characters for 16 bytes).
std::string random_id(std::size_t bytes = 16);

}  // namespace tfy::policy
