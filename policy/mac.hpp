// Message authentication by libsodium, bytes as hexadecimal digits, and comparing without telling where two
// texts differ.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::policy {

using MacKey = std::array<unsigned char, 32>;

/// Lower-case hexadecimal digits, two a byte.
std::string to_hex(std::span<const unsigned char> bytes);

/// HMAC-SHA-512/256 over the canonical JSON of `value`, as hexadecimal digits.
std::string mac_of(const Json& value, const MacKey& key);

/// In the same time wherever they differ. Their length is no secret.
bool same_bytes(std::string_view one, std::string_view other);

}  // namespace tfy::policy
