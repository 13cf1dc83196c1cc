// The values that the authorization server gives out: each is random, and only its hash is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::oauth {

inline constexpr std::string_view access_prefix = "tpm_a_";
inline constexpr std::string_view refresh_prefix = "tpm_r_";

/// `prefix` and 256 random bits as 43 characters of base64url: a code, a token, a client's id or secret. Wipe
/// it after use.
std::string make_value(std::string_view prefix = {});

/// What is kept in place of a value. It is random and as long as the hash, so a fast hash is right.
std::string hash_of_value(std::string_view value);

/// What only someone who shows `value` can open, though `value` is not kept: sealed under a key that follows
/// from it.
std::string seal_under(std::string_view value, const Json& state);
/// nullopt if it was not sealed under this value.
std::optional<Json> open_under(std::string_view value, std::string_view sealed);

}  // namespace tfy::oauth
