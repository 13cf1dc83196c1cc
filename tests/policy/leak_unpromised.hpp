// Codes that redaction does not look through, so that what it does not stop is known as well.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/policy/leak_families.hpp"

namespace tfy::leaks {

/// Letters moved round the alphabet.
inline std::string rotated(const std::string& text, int by) {
    return each(text, [&](char c, std::size_t) {
        const auto move = [&](char first) { return static_cast<char>(first + (c - first + by) % 26); };
        if (c >= 'a' && c <= 'z') return std::string(1, move('a'));
        if (c >= 'A' && c <= 'Z') return std::string(1, move('A'));
        return std::string(1, c);
    });
}

/// Neighbours change places; twice is where we came from.
inline std::string swapped(const std::string& text) {
    auto out = text;
    for (std::size_t i = 0; i + 1 < out.size(); i += 2) std::swap(out[i], out[i + 1]);
    return out;
}

inline std::string every_second(const std::string& text) {
    return each(text, [](char c, std::size_t i) { return std::string(i % 2 == 0 ? 1 : 0, c); });
}

inline std::string without_word(const std::string& text, const std::string& word) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const bool here = text.compare(i, word.size(), word) == 0;
        if (!here) out += text[i];
        i += here ? word.size() : 1;
    }
    return out;
}

/// Without what shown() writes for a line break.
inline std::string unmarked(const std::string& text) { return without_word(text, "\u27e8U+000A\u27e9"); }

inline std::vector<Written> unpromised_codes() {
    using S = const std::string&;
    return {
        {"ROT13", [](S t) { return rotated(t, 13); }, [](S t) { return rotated(t, 13); }},
        {"Caesar, by three", [](S t) { return rotated(t, 3); }, [](S t) { return rotated(t, 23); }},
        {"neighbours swapped", swapped, swapped},
        {"a letter between each two", [](S t) { return between(t, "x"); }, every_second},
        {"pieces of different lengths, words between", [](S t) { return uneven(t, " and then "); },
         [](S t) { return without_word(t, " and then "); }},
        {"pieces of 20, sentences between", [](S t) { return between(t, ". The next part of it is: ", 20); },
         [](S t) { return without_word(t, ". The next part of it is: "); }},
        {"every third character another one",
         [](S t) {
             return each(t, [](char c, std::size_t i) {
                 return std::string(1, static_cast<char>(i % 3 == 0 ? c + 1 : c));
             });
         },
         [](S t) {
             return each(t, [](char c, std::size_t i) {
                 return std::string(1, static_cast<char>(i % 3 == 0 ? c - 1 : c));
             });
         }},
        {"hex of every byte + 1",
         [](S t) {
             return hex(
                 each(t, [](char c, std::size_t) { return std::string(1, static_cast<char>(c + 1)); }));
         },
         [](S t) {
             return each(unhex(t),
                         [](char c, std::size_t) { return std::string(1, static_cast<char>(c - 1)); });
         }},
    };
}

}  // namespace tfy::leaks
