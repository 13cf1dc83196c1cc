// Rules as a test writes them, for tools with these names.
#pragma once

#include <array>

#include "policy/rule.hpp"

namespace tfy::policy {

inline Result<Rules> read_rules(std::string_view toml, std::string_view file_name = "policy.toml") {
    constexpr std::array<std::string_view, 7> tools{"tfy_config_status",        "tfy_access_tokens_list",
                                                    "tfy_access_tokens_create", "tfy_access_tokens_delete",
                                                    "tfy_access_tokens_reveal", "tfy_access_tokens_rotate",
                                                    "tfy_approvals_get"};
    return read_rules(toml, file_name, tools);
}

}  // namespace tfy::policy
