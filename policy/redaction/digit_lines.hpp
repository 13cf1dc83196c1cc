// Digits that go on in the next line.
#pragma once

#include <cstddef>
#include <string_view>

namespace tfy::redaction {

inline constexpr std::size_t most_line_blanks = 16;

inline bool is_line_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Where the next line's digits begin, if what is at `at` is one line break with a little white space
/// around it; else `at`.
inline std::size_t next_line(std::string_view text, std::size_t at) {
    bool broken = false;
    std::size_t end = at;
    for (; end < text.size() && end - at < most_line_blanks && is_line_blank(text[end]); ++end)
        broken = broken || text[end] == '\n' || text[end] == '\r';
    return broken ? end : at;
}

/// The same the other way: where the digits of the line before end.
inline std::size_t previous_line(std::string_view text, std::size_t at) {
    bool broken = false;
    std::size_t begin = at;
    for (; begin > 0 && at - begin < most_line_blanks && is_line_blank(text[begin - 1]); --begin)
        broken = broken || text[begin - 1] == '\n' || text[begin - 1] == '\r';
    return broken ? begin : at;
}

}  // namespace tfy::redaction
