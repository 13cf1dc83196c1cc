// Small questions about header text.
#pragma once

#include <algorithm>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/lower.hpp"

namespace tfy::transport {

using protocol::lower;
using protocol::lowered;

constexpr bool equal_in_any_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// An origin, in lower case and without the port that its scheme has by default.
inline std::string as_browsers_write_it(std::string_view origin) {
    auto text = lowered(origin);
    for (const auto& [scheme, port] : {std::pair{"http://", ":80"}, std::pair{"https://", ":443"}})
        if (text.starts_with(scheme) && text.ends_with(port)) text.resize(text.rfind(':'));
    return text;
}

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Without spaces and tabs around it.
constexpr std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The items of a comma-separated header, trimmed, one by one. An empty text has none.
constexpr auto comma_separated(std::string_view text) {
    return text | std::views::split(',') |
           std::views::transform([](auto item) { return trimmed({item.begin(), item.end()}); });
}

}  // namespace tfy::transport
