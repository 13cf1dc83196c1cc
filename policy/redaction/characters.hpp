// Sets of characters as tables, and the search for long runs of them that skips what cannot hold one.
#pragma once

#include <array>
#include <string_view>

namespace tfy::policy {

using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet characters(std::string_view members) {
    CharacterSet set{};
    for (const char c : members) set[static_cast<unsigned char>(c)] = true;
    return set;
}

constexpr CharacterSet printable_characters() {
    CharacterSet set{};
    for (std::size_t c = 0x21; c <= 0x7e; ++c) set[c] = true;
    return set;
}

constexpr bool has(const CharacterSet& set, char c) { return set[static_cast<unsigned char>(c)]; }

#define TFY_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
inline constexpr CharacterSet word_characters = characters(TFY_LETTERS "0123456789_-");
inline constexpr CharacterSet token_characters = characters(TFY_LETTERS "0123456789_-.~+/=");
inline constexpr CharacterSet printable = printable_characters();
#undef TFY_LETTERS

/// Calls `visit(begin, end)` for every maximal run of at least `least` members of `set`, from left to right.
/// Looks at one character in `least` where there are no runs.
template <class Visit>
void for_each_run(std::string_view text, const CharacterSet& set, std::size_t least, Visit visit) {
    std::size_t from = 0;
    while (text.size() - from >= least) {
        std::size_t begin = from + least;
        while (begin > from && has(set, text[begin - 1])) --begin;
        if (begin > from) {
            from = begin;
            continue;
        }
        std::size_t end = from + least;
        while (end < text.size() && has(set, text[end])) ++end;
        visit(from, end);
        if (end == text.size()) return;
        from = end + 1;
    }
}

}  // namespace tfy::policy
