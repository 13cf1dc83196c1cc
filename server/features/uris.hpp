// The uris of what can be read, and of what changes are told about.
#pragma once

#include <string>
#include <string_view>

namespace tfy::features::uris {

inline constexpr std::string_view access_tokens = "tfy://access-tokens";

inline std::string access_token(std::string_view id) {
    return std::string(access_tokens).append("/").append(id);
}
inline std::string approval(std::string_view id) { return std::string("tfy://approvals/").append(id); }

}  // namespace tfy::features::uris
