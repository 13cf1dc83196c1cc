// Undoes escapes: what URLs, JSON, source code, HTML and mail write for a character, and characters written
// as look-alikes.
#include <algorithm>
#include <charconv>
#include <optional>

#include "policy/redaction/byte_masks.hpp"
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
};

bool is_surrogate(std::uint32_t value) { return value >= 0xd800 && value < 0xe000; }

Escape code_point(std::optional<std::uint32_t> value, std::size_t size) {
    if (!value || *value > 0x10ffff) return {};
    if (is_surrogate(*value)) return {"", size};
    if (*value == 0x1b)
        return {"\x1b", size};  // the start of a terminal sequence, which is a view of its own
    return {plain_form(*value), size};
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

Escape read_backslash(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size()) return {};
    const char kind = text[at + 1];
    const bool braced = at + 2 < text.size() && text[at + 2] == '{';
    switch (kind) {
        case 'u': return braced ? read_braced(text, at) : read_utf16(text, at);
        case 'U': return code_point(read_hex(text, at + 2, 8), 10);
        case 'x': return braced ? read_braced(text, at) : byte(read_hex(text, at + 2, 2), 4);
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

/// U+0065, U+1F600: more digits than four where the first of them is no zero.
Escape read_notation(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) != "U+") return {};
    for (std::size_t digits = text.substr(at + 2, 1) == "0" ? 4 : 6; digits >= 4; --digits)
        if (const auto escape = code_point(read_hex(text, at + 2, digits), digits + 2); escape.size != 0)
            return escape;
    return {};
}

/// What replaces an invisible character in texts that are shown to people.
Escape read_mark(std::string_view text, std::size_t at) {
    constexpr std::string_view open = "\u27e8";
    constexpr std::string_view close = "\u27e9";
    if (text.substr(at, open.size()) != open) return {};
    auto escape = read_notation(text, at + open.size());
    const auto end = open.size() + escape.size;
    if (escape.size == 0 || text.substr(std::min(at + end, text.size()), close.size()) != close) return {};
    escape.size = end + close.size();
    return escape;
}

Escape read_escape(std::string_view text, std::size_t at) {
    switch (text[at]) {
        case 'U': return read_notation(text, at);
        case '\xe2': return read_mark(text, at);
        case '%': return read_percent(text, at);
        case '\\': return read_backslash(text, at);
        case '&': {
            const auto reference = read_reference(text, at);
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

}  // namespace

void decode_escapes(std::string_view text, View& view) {
    constexpr auto starts = characters("%\\&U\xe2");
    view.reserve(text.size());
    std::size_t plain = 0;  // from here on nothing has been put yet
    for (std::size_t at = 0; at < text.size();) {
        if (!has(starts, text[at])) {
            ++at;
            continue;
        }
        const auto escape = read_escape(text, at);
        if (escape.size == 0) {
            ++at;
            continue;
        }
        view.put_same(text, plain, at);
        view.put(escape.plain, at, at + escape.size);
        plain = at += escape.size;
    }
    view.put_same(text, plain, text.size());
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
