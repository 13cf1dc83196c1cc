// Puts single characters between quotes together, whatever is between them: 101 'e', 121 'y';
// {"delta":"e"},{"delta":"y"}; [0] = 'e'.
#include <algorithm>
#include <vector>

#include "policy/redaction/characters.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t widest_between_quotes = 512;  // an event of a stream

/// What is between two quotes.
struct QuotedCharacter {
    std::size_t begin = 0;  // behind the first quote
    std::size_t end = 0;    // before the second one; 0: it is none
    bool is_escape = false;
    char escaped = '\0';
};

std::size_t character_size(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// Of "\n", "\'" and "\303" the backslash is at `at`.
QuotedCharacter read_quoted_escape(std::string_view text, std::size_t at) {
    QuotedCharacter read{at, at + 2, true, '\0'};
    const char c = at + 1 < text.size() ? text[at + 1] : '\0';
    if (c >= '0' && c <= '7') {
        unsigned value = 0;
        for (read.end = at + 1; read.end < text.size() && read.end < at + 4; ++read.end) {
            const char digit = text[read.end];
            if (digit < '0' || digit > '7') break;
            value = value * 8 + static_cast<unsigned>(digit - '0');
        }
        read.escaped = static_cast<char>(static_cast<unsigned char>(value));
    } else {
        const auto name = control_names.find(c);
        read.escaped = name == std::string_view::npos ? c : controls_named[name];
    }
    return read;
}

/// Of the quote at `at`, if it is the first of two.
QuotedCharacter read_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at++];
    if (at == text.size() || text[at] == quote) return {};
    auto read = text[at] == '\\' ? read_quoted_escape(text, at)
                                 : QuotedCharacter{at, at + character_size(text[at]), false, '\0'};
    if (read.end >= text.size() || text[read.end] != quote) return {};
    if (read.is_escape || !has(usual_separators, text[at])) return read;
    // The comma in "ab","cd" is none.
    constexpr auto before = characters(" \t\r\n[({,:=+>");
    constexpr auto prefixes = characters("bLuU");
    auto front = at - 1;
    if (front > 0 && has(prefixes, text[front - 1])) --front;
    return front == 0 || has(before, text[front - 1]) ? read : QuotedCharacter{};
}

/// Such as the survey counts.
bool is_plain_quoted(std::string_view text, const QuotedCharacter& read) {
    const char c = text[read.begin];
    return read.end == read.begin + 1 && c > 0x20 && c < 0x7f && !has(usual_separators, c);
}

/// "e": and "e" => are a name of something.
bool is_key(std::string_view text, std::size_t behind) {
    while (behind < text.size() && text[behind] == ' ') ++behind;
    return text.substr(behind, 1) == ":" || text.substr(behind, 2) == "=>";
}

}  // namespace

void decode_quoted(std::string_view text, std::size_t shortest, View& view) {
    std::vector<QuotedCharacter> all;
    std::size_t plain = 0;
    for (auto at = text.find_first_of("'\""); at != std::string_view::npos;
         at = text.find_first_of("'\"", at)) {
        const auto read = read_quoted(text, at++);
        if (read.end == 0) continue;
        at = read.end + 1;
        plain += is_plain_quoted(text, read) ? 1 : 0;
        if (!is_key(text, at)) all.push_back(read);
    }
    if (plain < least_quoted(shortest)) return;
    std::size_t last = 0;
    for (const auto& read : all) {
        if (last == 0 || read.begin - last > widest_between_quotes) view.put_break(read.begin);
        if (read.is_escape)
            view.put(read.escaped, read.begin, read.end);
        else
            view.put_same(text, read.begin, read.end);
        last = read.end;
    }
}

}  // namespace tfy::redaction
