// Ways in which a value leaves by accident or on purpose. Written without the redactor's decoders, so that
// one checks the other.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace tfy::leaks {

template <class Each>
std::string each(std::string_view text, Each write) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) out += write(text[i], i);
    return out;
}

inline std::string number(const char* format, unsigned value) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, value);
    return buffer.data();
}

/// Every character through a printf format: "%%%02x", "\\u%04x", "&#%u;".
inline std::string as(std::string_view text, const char* format, std::size_t every = 1) {
    return each(text, [&](char c, std::size_t i) {
        return i % every == 0 ? number(format, static_cast<unsigned char>(c)) : std::string(1, c);
    });
}

/// The same for codes that number characters, not bytes: what is beyond ASCII stays.
inline std::string as_characters(std::string_view text, const char* format) {
    return each(text, [&](char c, std::size_t) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x80 ? number(format, byte) : std::string(1, c);
    });
}

/// Something behind every `every`th character.
inline std::string between(std::string_view text, std::string_view what, std::size_t every = 1) {
    return each(text, [&](char c, std::size_t i) {
        const bool here = (i + 1) % every == 0 && i + 1 < text.size();
        return std::string(1, c).append(here ? what : "");
    });
}

/// One of `what` after the other, each behind a character.
inline std::string in_turn(std::string_view text, const std::vector<std::string>& what) {
    return each(text, [&](char c, std::size_t i) { return c + what[i % what.size()]; });
}

inline std::string radix(std::string_view text, unsigned bits, std::string_view digits, std::size_t group,
                         bool padded) {
    std::string out;
    unsigned held = 0;
    unsigned count = 0;
    for (const char c : text) {
        held = (held << 8U | static_cast<unsigned char>(c)) & 0xffffU;
        for (count += 8; count >= bits; count -= bits)
            out += digits[(held >> (count - bits)) & ((1U << bits) - 1)];
    }
    if (count > 0) out += digits[(held << (bits - count)) & ((1U << bits) - 1)];
    while (padded && out.size() % group != 0) out += '=';
    return out;
}

inline std::string base64(std::string_view text, bool padded = true) {
    return radix(text, 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 4, padded);
}
inline std::string base64url(std::string_view text) {
    return radix(text, 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 4, false);
}
inline std::string base32(std::string_view text) {
    return radix(text, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8, true);
}
inline std::string hex(std::string_view text) { return as(text, "%02x"); }

inline std::string lower(std::string_view text) {
    return each(text, [](char c, std::size_t) {
        return std::string(1, c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    });
}
inline std::string upper(std::string_view text) {
    return each(text, [](char c, std::size_t) {
        return std::string(1, c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
    });
}
/// Text that can be read in so many ways, inside each other, that no one can say what it holds.
inline std::string decoding_bomb(std::size_t size) {
    std::string part = "%25252541=3D3D3D41\u200b ";
    while (part.size() < 300) part += "abcdef234567";
    std::string text;
    while (text.size() < size) text += part;
    return text;
}

inline std::string reversed(std::string_view text) { return {text.rbegin(), text.rend()}; }

inline std::string utf16(std::string_view text, bool big_endian) {
    return each(
        text, [&](char c, std::size_t) { return big_endian ? std::string{'\0', c} : std::string{c, '\0'}; });
}

inline std::string utf8(char32_t value) {
    const auto byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
    if (value < 0x80) return {byte(value)};
    if (value < 0x800) return {byte(0xc0U | (value >> 6U)), byte(0x80U | (value & 63U))};
    if (value < 0x10000)
        return {byte(0xe0U | (value >> 12U)), byte(0x80U | ((value >> 6U) & 63U)),
                byte(0x80U | (value & 63U))};
    return {byte(0xf0U | (value >> 18U)), byte(0x80U | ((value >> 12U) & 63U)),
            byte(0x80U | ((value >> 6U) & 63U)), byte(0x80U | (value & 63U))};
}

/// Every printable character moved by `offset` code points: full-width forms, tag characters.
inline std::string moved(std::string_view text, char32_t offset) {
    return each(text, [&](char c, std::size_t) {
        return utf8(static_cast<char32_t>(static_cast<unsigned char>(c)) + offset);
    });
}

/// Mathematical bold letters and digits.
inline std::string bold(std::string_view text) {
    return each(text, [](char c, std::size_t) {
        const auto at = [&](char first, char32_t start) {
            return utf8(start + static_cast<char32_t>(c - first));
        };
        if (c >= 'A' && c <= 'Z') return at('A', 0x1d400);
        if (c >= 'a' && c <= 'z') return at('a', 0x1d41a);
        if (c >= '0' && c <= '9') return at('0', 0x1d7ce);
        return std::string(1, c);
    });
}

/// Letters and those of another script that look like them.
using Letters = std::pair<char, char32_t>;
inline constexpr Letters cyrillic[] = {{'a', 0x430}, {'c', 0x441}, {'e', 0x435}, {'o', 0x43e}, {'p', 0x440},
                                       {'x', 0x445}, {'y', 0x443}, {'A', 0x410}, {'B', 0x412}, {'E', 0x415},
                                       {'H', 0x41d}, {'I', 0x406}, {'K', 0x41a}, {'M', 0x41c}, {'O', 0x41e},
                                       {'P', 0x420}, {'C', 0x421}, {'T', 0x422}, {'X', 0x425}, {'i', 0x456}};
inline constexpr Letters greek[] = {{'o', 0x3bf}, {'v', 0x3bd}, {'A', 0x391}, {'B', 0x392}, {'E', 0x395},
                                    {'H', 0x397}, {'I', 0x399}, {'K', 0x39a}, {'M', 0x39c}, {'N', 0x39d},
                                    {'O', 0x39f}, {'P', 0x3a1}, {'T', 0x3a4}, {'X', 0x3a7}, {'Y', 0x3a5},
                                    {'Z', 0x396}, {'a', 0x3b1}, {'i', 0x3b9}, {'p', 0x3c1}, {'u', 0x3c5}};

template <std::size_t Size>
std::string in_letters_of(const Letters (&letters)[Size], std::string_view text) {
    return each(text, [&](char c, std::size_t) {
        for (const auto& [ascii, other] : letters)
            if (c == ascii) return utf8(other);
        return std::string(1, c);
    });
}

/// &escr;&Jopf; and so on, and &lowbar;.
inline std::string as_references(std::string_view text) {
    return each(text, [](char c, std::size_t i) {
        if (c == '_') return std::string("&lowbar;");
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter ? "&" + std::string(1, c) +
                            (i % 3 == 0   ? "scr;"
                             : i % 3 == 1 ? "fr;"
                                          : "opf;")
                      : std::string(1, c);
    });
}

/// Pieces of lengths that go up and down, with a word between them.
inline std::string uneven(const std::string& text, const std::string& word) {
    std::string out;
    for (std::size_t at = 0, size = 5; at < text.size(); at += size, size = size % 7 + 3)
        out += text.substr(at, size) + word;
    return out;
}

}  // namespace tfy::leaks
