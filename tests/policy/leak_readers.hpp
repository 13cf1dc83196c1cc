// What someone would do to read a leaked value: simple decoders that take any text and keep what they cannot
// decode.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "tests/policy/leak_encoders.hpp"

namespace tfy::leaks {

using Reader = std::string (*)(const std::string&);

inline std::string same(const std::string& text) { return text; }

inline int digit_value(char c, std::string_view digits) {
    const auto at = digits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// Every run of digits, begun at each of the first eight of them; runs and beginnings apart.
inline std::string unradix(const std::string& text, unsigned bits, std::string_view digits) {
    std::string out;
    for (std::size_t phase = 0; phase < 8; ++phase) {
        unsigned held = 0;
        unsigned count = 0;
        std::size_t skip = phase;
        for (const char c : text) {
            const int value = digit_value(c, digits);
            if (value < 0) {
                out += '\n';
                count = 0;
                skip = phase;
                continue;
            }
            if (skip > 0) {
                --skip;
                continue;
            }
            held = (held << bits | static_cast<unsigned>(value)) & 0xffffU;
            count += bits;
            if (count < 8) continue;
            count -= 8;
            out += static_cast<char>(static_cast<unsigned char>(held >> count));
        }
        out += '\n';
    }
    return out;
}

template <class Unwanted>
std::string without(const std::string& text, Unwanted unwanted) {
    std::string out;
    for (const char c : text)
        if (!unwanted(static_cast<unsigned char>(c))) out += c;
    return out;
}

inline std::string unblank(const std::string& text) {
    return without(text, [](unsigned char c) { return std::isspace(c) != 0; });
}
inline std::string unpunctuated(const std::string& text) {
    return without(text,
                   [](unsigned char c) { return std::isspace(c) != 0 || c == ',' || c == '\'' || c == '"'; });
}
inline std::string undotted(const std::string& text) {
    return without(text, [](unsigned char c) { return c == '.' || c == '-'; });
}
inline std::string ascii_only(const std::string& text) {
    return without(text, [](unsigned char c) { return c >= 0x80 || c < 0x20; });
}

inline std::string unbase64(const std::string& text) {
    std::string standard = text;
    for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
    return unradix(standard, 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
}
inline std::string unbase32(const std::string& text) {
    std::string upper = text;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return unradix(upper, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}
inline std::string unhex(const std::string& text) {
    std::string lower = text;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return unradix(lower, 4, "0123456789abcdef");
}
/// Hex with anything between the pairs.
inline std::string unhex_pairs(const std::string& text) {
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '0' && i + 1 < text.size() && text[i + 1] == 'x') continue;
        if (text[i] == '[') digits += '\n';
        if (std::isxdigit(static_cast<unsigned char>(text[i])) != 0) digits += text[i];
    }
    return unhex(digits);
}

/// Replaces `start`, digits of `base` and `end` (may be empty) by the character with that number.
inline std::string unnumbered(const std::string& text, std::string_view start, int base, std::size_t most,
                              std::string_view end) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t at = i + start.size();
        int value = 0;
        std::size_t count = 0;
        while (text.compare(i, start.size(), start) == 0 && at < text.size() && count < most) {
            const int digit =
                digit_value(static_cast<char>(std::tolower(static_cast<unsigned char>(text[at]))),
                            std::string_view("0123456789abcdef").substr(0, static_cast<std::size_t>(base)));
            if (digit < 0) break;
            value = value * base + digit;
            ++at;
            ++count;
        }
        if (count == 0) {
            out += text[i++];
            continue;
        }
        if (text.compare(at, end.size(), end) == 0) at += end.size();
        out += static_cast<char>(static_cast<unsigned char>(value));
        i = at;
    }
    return out;
}

inline std::string unpercent(const std::string& text) { return unnumbered(text, "%", 16, 2, ""); }
inline std::string unpercent_u(const std::string& text) { return unnumbered(text, "%u", 16, 4, ""); }
inline std::string unjson(const std::string& text) { return unnumbered(text, "\\u", 16, 4, ""); }
inline std::string unslash(const std::string& text) {
    return without(text, [](unsigned char c) { return c == '\\' || c == '\n'; });
}
inline std::string halved_backslashes(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') ++i;
    }
    return out;
}
inline std::string unx(const std::string& text) { return unnumbered(text, "\\x", 16, 2, ""); }
inline std::string unbraced(const std::string& text) { return unnumbered(text, "\\u{", 16, 8, "}"); }
inline std::string unlong(const std::string& text) { return unnumbered(text, "\\U", 16, 8, ""); }
inline std::string unoctal(const std::string& text) { return unnumbered(text, "\\", 8, 3, ""); }
inline std::string unhtml(const std::string& text) { return unnumbered(text, "&#", 10, 7, ";"); }
inline std::string unhtml_hex(const std::string& text) { return unnumbered(text, "&#x", 16, 6, ";"); }
inline std::string unquoted_printable(const std::string& text) {
    std::string joined;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text.compare(i, 2, "=\n") == 0)
            ++i;
        else
            joined += text[i];
    return unnumbered(joined, "=", 16, 2, "");
}
inline std::string unreversed(const std::string& text) { return {text.rbegin(), text.rend()}; }
inline std::string unsplit_lines(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text.compare(i, 2, "\\n") == 0)
            ++i;
        else
            out += text[i];
    return out;
}

/// Code points moved back to where ASCII is: full-width forms, tag characters, bold letters.
inline std::string unmoved(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = [&](std::size_t k) {
            return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
        };
        if (byte(0) == 0xef) {
            out += static_cast<char>((((byte(1) & 63U) << 6U) | (byte(2) & 63U)) + 0xf000U - 0xfee0U);
            i += 2;
        } else if (byte(0) == 0xf3) {
            out += static_cast<char>(((byte(2) & 1U) << 6U) | (byte(3) & 63U));
            i += 3;
        } else if (byte(0) == 0xf0) {
            const unsigned value =
                0x10000U | ((byte(1) & 15U) << 12U) | ((byte(2) & 63U) << 6U) | (byte(3) & 63U);
            const unsigned letter = value >= 0x1d7ce   ? '0' + value - 0x1d7ce
                                    : value >= 0x1d41a ? 'a' + value - 0x1d41a
                                                       : 'A' + value - 0x1d400;
            out += static_cast<char>(letter);
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// Colour sequences out.
inline std::string uncoloured(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b')
            i = std::min(text.find('m', i), text.size());
        else
            out += text[i];
    }
    return out;
}

inline std::string with_each(std::string text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

template <const auto& Letters>
std::string from_letters_of(const std::string& text) {
    auto read = text;
    for (const auto& [ascii, other] : Letters) read = with_each(read, utf8(other), std::string(1, ascii));
    return read;
}
inline std::string unflagged(const std::string& text) {
    auto read = text;
    for (char c = 'A'; c <= 'Z'; ++c)
        read = with_each(read, utf8(0x1f1e6 + static_cast<char32_t>(c - 'A')), std::string(1, c));
    return read;
}
/// U+0065, with anything behind that is no part of a value.
inline std::string unnoted(const std::string& text) {
    return without(unnumbered(text, "U+", 16, 4, ""), [](unsigned char c) { return c == ' ' || c == ','; });
}
inline std::string unshown(const std::string& text) {
    auto read = with_each(text, "\u27e8U+200B\u27e9", "");
    return with_each(read, "\u27e8U+00AD\u27e9", "");
}
inline std::string unreferred(const std::string& text) {
    auto read = with_each(text, "&lowbar;", "_");
    for (const auto* name : {"&NegativeThinSpace;", "&shy", "&ic;", "scr;", "fr;", "opf;", "&"})
        read = with_each(read, name, "");
    return read;
}

inline std::string unjoined(const std::string& text) {
    return without(text, [](unsigned char c) {
        return std::string_view("\"'+. \nb").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

}  // namespace tfy::leaks
