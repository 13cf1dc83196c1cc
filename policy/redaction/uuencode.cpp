// Undoes uuencode: lines that begin with a character for how many bytes they hold, four digits for three of
// them. A blank and ` are both zero; those at a line's end may be missing.
#include <algorithm>
#include <cstdint>

#include "policy/redaction/digits.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t most_uu_bytes = 45;  // a line

constexpr bool is_uu_digit(char c) { return c >= 0x20 && c <= 0x60; }
constexpr unsigned uu_value(char c) { return (static_cast<unsigned>(c) - 0x20U) & 63U; }

/// The line from `begin` on; where the next one begins.
struct TextLine {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t next = 0;
};

TextLine read_line(std::string_view text, std::size_t begin) {
    const auto line_break = std::min(text.find('\n', begin), text.size());
    const bool returned = line_break > begin && text[line_break - 1] == '\r';
    return {begin, line_break - (returned ? 1 : 0), std::min(line_break + 1, text.size())};
}

/// As far as its length shows. 0: it is none.
inline std::size_t bytes_in_line(std::string_view text, const TextLine& line) {
    if (line.end - line.begin < 2) return 0;
    const std::size_t bytes = uu_value(text[line.begin]);
    const auto digits = (bytes + 2) / 3 * 4;
    const auto there = line.end - line.begin - 1;
    constexpr std::size_t most_missing = 4;
    constexpr std::size_t check_digit = 1;  // of some old programs
    const bool right = there <= digits + check_digit && there + most_missing >= digits;
    return bytes <= most_uu_bytes && right ? bytes : 0;
}

}  // namespace

bool is_uuencoded(std::string_view line) {
    if (line.size() < 2 || !is_uu_digit(line.back())) return false;
    return bytes_in_line(line, {0, line.size(), line.size()}) > 0 && std::ranges::all_of(line, is_uu_digit);
}

void decode_uuencode(std::string_view text, View& view) {
    bool goes_on = false;
    for (TextLine line = read_line(text, 0);; line = read_line(text, line.next)) {
        const auto bytes = bytes_in_line(text, line);
        if (is_uuencoded(text.substr(line.begin, line.end - line.begin))) {
            if (!goes_on) view.put_break(line.begin);
            goes_on = true;
            DigitBits bits(6, view);
            const auto most = (bytes * 8 + 5) / 6;
            for (std::size_t i = 0; i < most; ++i) {
                const auto at = line.begin + 1 + i;
                bits.add(at < line.end ? uu_value(text[at]) : 0, std::min(at, line.end - 1));
            }
        } else {
            goes_on = false;
        }
        if (line.next == text.size()) return;
    }
}

}  // namespace tfy::redaction
