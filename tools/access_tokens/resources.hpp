// The resources that show access tokens: what of them a change touches.
#pragma once

#include <string>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::access_tokens {

inline constexpr std::string_view tokens_uri = "tfy://access-tokens";
std::string token_uri(std::string_view id);

/// The list, and the one token whose id `told` has, if it has one: `told` are arguments or a structured
/// result.
std::vector<std::string> uris_of(const Json& told);

}  // namespace tfy::access_tokens
