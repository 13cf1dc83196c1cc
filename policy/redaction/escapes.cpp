// Undoes escapes: what URLs, JSON, source code, HTML and mail write for a character, and characters written
// as look-alikes.
#include <algorithm>
#include <charconv>
#include <optional>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/digit_lines.hpp"
#include "policy/redaction/entities.hpp"
#include "policy/redaction/unicode.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

/// `size` hex digits at `at`.
std::optional<std::uint32_t> read_hex(std::string_view text, std::size_t at, std::size_t size) {
    if (at + size > text.size()) return std::nullopt;
    std::uint32_t value = 0;
    const auto digits = text.substr(at, size);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + size, value, 16);
    if (error != std::errc{} || end != digits.data() + size) return std::nullopt;
    return value;
}

/// One escape: what it stands for, and its size in the source. Size 0: there is none here.
struct Escape {
    std::string plain;
    std::size_t size = 0;
    char32_t value = 0;  // of a code point
};

bool is_surrogate(std::uint32_t value) { return value >= 0xd800 && value < 0xe000; }

Escape code_point(std::optional<std::uint32_t> value, std::size_t size) {
    if (!value || *value > 0x10ffff) return {};
    if (is_surrogate(*value)) return {"", size};
    if (*value == 0x1b)
        return {"\x1b", size};  // the start of a terminal sequence, which is a view of its own
    return {plain_form(*value), size, *value};
}

Escape byte(std::optional<std::uint32_t> value, std::size_t size) {
    if (!value || *value > 0xff) return {};
    return {std::string(1, static_cast<char>(static_cast<unsigned char>(*value))), size};
}

Escape read_percent(std::string_view text, std::size_t at) {
    if (at + 1 < text.size() && (text[at + 1] == 'u' || text[at + 1] == 'U'))
        return code_point(read_hex(text, at + 2, 4), 6);
    return byte(read_hex(text, at + 1, 2), 3);
}

/// \u0041, or the two halves of a character beyond 16 bits.
Escape read_utf16(std::string_view text, std::size_t at) {
    constexpr std::size_t size = 6;
    const auto first = read_hex(text, at + 2, 4);
    if (!first || *first < 0xd800 || *first >= 0xdc00 ||
        text.substr(std::min(at + size, text.size()), 2) != "\\u")
        return code_point(first, size);
    const auto second = read_hex(text, at + size + 2, 4);
    if (!second || *second < 0xdc00 || *second >= 0xe000) return code_point(first, size);
    return code_point(0x10000 + ((*first - 0xd800) << 10U) + (*second - 0xdc00), 2 * size);
}

/// \u{41} and \x{41}
Escape read_braced(std::string_view text, std::size_t at) {
    const auto close = text.substr(at, 12).find('}');
    if (close == std::string_view::npos || close < 4) return {};
    return code_point(read_hex(text, at + 3, close - 3), close + 1);
}

Escape read_octal(std::string_view text, std::size_t at) {
    std::size_t size = 1;
    std::uint32_t value = 0;
    for (; size < 4 && at + size < text.size() && text[at + size] >= '0' && text[at + size] <= '7'; ++size)
        value = value * 8 + static_cast<std::uint32_t>(text[at + size] - '0');
    return byte(value, size);
}

/// U+0065, U+1F600: more digits than four if the first of them is no zero.
Escape read_notation(std::string_view text, std::size_t at) {
    const auto letter = text.substr(at, 2);
    if (letter != "U+" && letter != "u+") return {};
    for (std::size_t digits = text.substr(at + 2, 1) == "0" ? 4 : 6; digits >= 4; --digits)
        if (const auto escape = code_point(read_hex(text, at + 2, digits), digits + 2); escape.size != 0)
            return escape;
    return {};
}

/// The same between brackets.
Escape read_enclosed(std::string_view text, std::size_t at, std::string_view open, std::string_view close) {
    if (text.substr(at, open.size()) != open) return {};
    auto escape = read_notation(text, at + open.size());
    const auto end = open.size() + escape.size;
    if (escape.size == 0 || text.substr(std::min(at + end, text.size()), close.size()) != close) return {};
    escape.size = end + close.size();
    return escape;
}

Escape read_backslash(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size()) return {};
    const char kind = text[at + 1];
    const bool braced = at + 2 < text.size() && text[at + 2] == '{';
    switch (kind) {
        case 'u': return braced ? read_braced(text, at) : read_utf16(text, at);
        case 'U': return code_point(read_hex(text, at + 2, 8), 10);
        case 'x': return braced ? read_braced(text, at) : byte(read_hex(text, at + 2, 2), 4);
        case 'N':
            if (auto escape = read_enclosed(text, at, "\\N{", "}"); escape.size != 0) return escape;
            break;
        case 'n': return {"\n", 2};
        case 'r': return {"\r", 2};
        case 't': return {"\t", 2};
        case '\n': return {"", 2};  // a line that goes on
        default: break;
    }
    if (kind >= '0' && kind <= '7') return read_octal(text, at);
    // What begins another escape or a longer character is left to be read as that.
    if (kind == '\r' || kind == '%' || kind == '&' || static_cast<unsigned char>(kind) >= 0x80) return {};
    return {std::string(1, kind), 2};  // \/ \" \\ \_ \-
}

/// What replaces an invisible character in texts that are shown to people.
Escape read_mark(std::string_view text, std::size_t at) {
    return read_enclosed(text, at, "\u27e8", "\u27e9");
}

/// <U0065>, as character maps of locales have it.
Escape read_charmap(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) != "<U") return {};
    const auto digits = text.substr(at + 2, 9).find('>');
    if (digits == std::string_view::npos || digits < 4) return {};
    return code_point(read_hex(text, at + 2, digits), digits + 3);
}

Escape read_escape(std::string_view text, std::size_t at, Symbols symbols) {
    switch (text[at]) {
        case 'u':
        case 'U': return read_notation(text, at);
        case '<': return read_charmap(text, at);
        case '\xe2': return read_mark(text, at);
        case '%': return read_percent(text, at);
        case '\\': return read_backslash(text, at);
        case '&': {
            const auto reference = read_reference(text, at, symbols);
            return reference ? code_point(reference->value, reference->size) : Escape{};
        }
        default: return {};
    }
}

/// "=" is common; before two hex digits or a line break it is not.
bool is_quoted_printable(std::string_view text) {
    for (auto at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
        const auto next = text.substr(at + 1, 1);
        if (next == "\r" || next == "\n" || read_hex(text, at + 1, 2)) return true;
    }
    return false;
}

constexpr auto escape_starts = characters("%\\&Uu<\xe2");

/// Where the bare reading is of interest.
enum class Marks { differences, escapes };

/// Returns the marks, as places in the view.
std::vector<std::size_t> unescape(std::string_view text, Symbols symbols, Marks mark, View& view) {
    std::vector<std::size_t> marks;
    std::size_t plain = 0;  // from here on nothing has been put yet
    for (std::size_t at = 0; at < text.size();) {
        if (!has(escape_starts, text[at])) {
            ++at;
            continue;
        }
        auto escape = read_escape(text, at, symbols);
        if (escape.size == 0) {
            ++at;
            continue;
        }
        view.put_same(text, plain, at);
        bool marked = mark == Marks::escapes && escape.size > 2;
        if (symbols == Symbols::dropped && escape.value >= 0x80) {
            auto bare = bare_form(escape.value);
            marked = marked || bare != escape.plain;
            escape.plain = std::move(bare);
        }
        if (marked) marks.push_back(view.text().size());
        view.put(escape.plain, at, at + escape.size);
        plain = at += escape.size;
    }
    view.put_same(text, plain, text.size());
    return marks;
}

/// Where the next line break begins, from `at` on.
std::size_t find_break(std::string_view text, std::size_t at) {
    const auto end = text.find('\n', at);
    return end != std::string_view::npos && end > at && text[end - 1] == '\r' ? end - 1 : end;
}

/// An escape that the line break at `end` cuts, or follows directly.
struct EscapeAtBreak {
    std::size_t begin = 0;
    bool whole = false;  // the break is behind it
};

/// Those of two characters are everywhere, and a backslash before a break is one of them: they do not count.
std::optional<EscapeAtBreak> escape_at(std::string_view text, std::size_t end, std::size_t next) {
    constexpr std::size_t longest = 12;
    for (auto begin = end - std::min(end, longest); begin < end; ++begin) {
        if (!has(escape_starts, text[begin])) continue;
        auto joined = std::string(text.substr(begin, end - begin)).append(text.substr(next, longest));
        const auto size = read_escape(joined, 0, Symbols::dropped).size;
        if (size > 2 && size >= end - begin) return EscapeAtBreak{begin, size == end - begin};
    }
    return std::nullopt;
}

bool has_broken_escape(std::string_view text) {
    for (auto end = find_break(text, 0); end != std::string_view::npos;) {
        const auto next = next_line(text, end);
        if (escape_at(text, end, next)) return true;
        end = find_break(text, next);
    }
    return false;
}

/// Without line breaks and the blanks behind them; but where a blank is between escapes, one is between
/// lines.
void join_lines(std::string_view text, View& view) {
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(find_break(text, begin), text.size());
        view.put_same(text, begin, end);
        begin = next_line(text, end);
        const auto escape = escape_at(text, end, begin);
        const bool spaced = escape && escape->whole && escape->begin > 0 && text[escape->begin - 1] == ' ';
        if (spaced && begin < text.size()) view.put(' ', end, begin);
    }
}

}  // namespace

void decode_escapes(std::string_view text, View& view) {
    view.reserve(text.size());
    unescape(text, Symbols::read, Marks::differences, view);
}

void decode_bare_escapes(std::string_view text, View& view) {
    if (!has_broken_escape(text)) {
        view.reserve(text.size());
        return view.keep_near(unescape(text, Symbols::dropped, Marks::differences, view));
    }
    const auto origins = view.keeps_origins() ? View::Origins::kept : View::Origins::dropped;
    View joined(origins);
    join_lines(text, joined);
    View plain(origins);
    plain.keep_near(unescape(joined.text(), Symbols::dropped, Marks::escapes, plain));
    view.put_through(plain, joined);
}

void decode_quoted_printable(std::string_view text, View& view) {
    if (!is_quoted_printable(text)) return;
    view.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        std::size_t size = 1;
        if (text[at] != '=') {
            view.put(text[at], at, at + 1);
        } else if (const auto escape = byte(read_hex(text, at + 1, 2), 3); escape.size != 0) {
            size = escape.size;
            view.put(escape.plain, at, at + size);
        } else if (text.substr(at + 1, 2) == "\r\n") {
            size = 3;
        } else if (text.substr(at + 1, 1) == "\n") {
            size = 2;
        } else {
            view.put('=', at, at + 1);
        }
        at += size;
    }
}

bool ends_mirrored_escape(std::string_view text, std::size_t at) {
    static constexpr auto hex = characters("0123456789abcdefABCDEF");
    if (at < 2) return false;
    const char before = text[at - 1];
    if (text[at] == '%') return has(hex, before) && (has(hex, text[at - 2]) || before == 'u');
    if (text[at] == '&') return before == '#';
    if (text[at] == '+') return text.substr(at - 2, 2) == "00" && text.substr(at + 1, 1) == "U";
    return before == 'u' || before == 'x' || before == 'U' || (before >= '0' && before <= '7');
}

}  // namespace tfy::redaction
