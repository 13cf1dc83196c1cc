// What pieces of one length have beside them if each is on a line of its own.
#pragma once

#include <algorithm>
#include <string_view>

#include "policy/redaction/characters.hpp"

namespace tfy::redaction {

inline constexpr auto line_marks = characters("+-#>*|/");

constexpr bool is_row_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// "+", ">", "//": what a diff, a quotation or a comment has in front of each line, if more is behind it.
inline bool is_line_mark(std::string_view word) {
    return word.size() <= 2 && std::ranges::all_of(word, [](char c) { return has(line_marks, c); });
}

}  // namespace tfy::redaction
