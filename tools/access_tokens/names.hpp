// The names of these tools, for each other and for what is about one of them.
#pragma once

#include <string_view>

namespace tfy::access_tokens {

/// How each of them begins.
inline constexpr std::string_view tool_prefix = "tfy_access_tokens_";
inline constexpr std::string_view list_tool = "tfy_access_tokens_list";
inline constexpr std::string_view create_tool = "tfy_access_tokens_create";
inline constexpr std::string_view delete_tool = "tfy_access_tokens_delete";
inline constexpr std::string_view reveal_tool = "tfy_access_tokens_reveal";
inline constexpr std::string_view rotate_tool = "tfy_access_tokens_rotate";

}  // namespace tfy::access_tokens
