// Sets of characters as tables.
#pragma once

#include <array>
#include <string_view>

namespace tfy::redaction {

using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet characters(std::string_view members) {
    CharacterSet set{};
    for (const char c : members) set[static_cast<unsigned char>(c)] = true;
    return set;
}

constexpr bool has(const CharacterSet& set, char c) { return set[static_cast<unsigned char>(c)]; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

#define TFY_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
inline constexpr CharacterSet word_characters = characters(TFY_LETTERS "0123456789_-");
inline constexpr CharacterSet token_characters = characters(TFY_LETTERS "0123456789_-.~+/=");
/// Closed under the loss of case (window_hash.hpp): of printable characters only ^ falls together with ~.
inline constexpr CharacterSet scanned_characters = characters(TFY_LETTERS "0123456789_-.~^+/=");

/// What C and od write as a backslash and one of these, and what they stand for.
inline constexpr std::string_view control_names = "0abtnvfr";
inline constexpr std::string_view controls_named("\0\a\b\t\n\v\f\r", control_names.size());
inline constexpr CharacterSet usual_separators = characters(" \t\r\n,;|*.:/\\'\">");
inline constexpr CharacterSet joining_separators = characters("-_");
inline constexpr CharacterSet hex_digits_and_separators =
    characters("0123456789ABCDEFabcdef :;,.-_|+>\t\r\n'\"[](){}\\xXoOhH");
#undef TFY_LETTERS

}  // namespace tfy::redaction
