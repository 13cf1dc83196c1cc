// The ids that this server gives out: a prefix and 26 characters of lower-case base32.
#pragma once

#include <algorithm>
#include <string_view>

namespace tfy::tools {

/// True for `prefix` ("apr_", "rev_") and 26 of a-z and 2-7.
constexpr bool is_identifier(std::string_view text, std::string_view prefix) {
    return text.starts_with(prefix) && text.size() == prefix.size() + 26 &&
           std::ranges::all_of(text.substr(prefix.size()),
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

}  // namespace tfy::tools
