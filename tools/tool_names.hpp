// The names of the tools that texts everywhere lead to. Those of tokens: access_tokens/names.hpp.
#pragma once

#include <string_view>

namespace tfy::tools {

inline constexpr std::string_view config_status_tool = "tfy_config_status";
inline constexpr std::string_view approvals_get_tool = "tfy_approvals_get";

}  // namespace tfy::tools
