// What is in the place of what was taken out.
#pragma once

#include <string>
#include <string_view>

namespace tfy::redaction {

/// "[redacted:access-token ci-pipeline]". The name may be empty.
inline std::string mark_for(std::string_view token_name) {
    if (token_name.empty()) return "[redacted:access-token]";
    return "[redacted:access-token " + std::string(token_name) + "]";
}

/// In the place of a text that is too much to decode.
inline constexpr std::string_view over_budget_mark = "[redacted:over-budget]";

}  // namespace tfy::redaction
