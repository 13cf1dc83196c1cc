// What may stand between characters and is none of the value, and escapes that lines cut. Each with a simple
// reader.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/policy/leak_families.hpp"

namespace tfy::leaks {

/// Behind every `every`th character, which is never cut.
inline std::string between_characters(const std::string& text, const std::string& what, std::size_t every) {
    std::string out;
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        const bool ends = i + 1 == text.size() || (static_cast<unsigned char>(text[i + 1]) & 0xc0U) != 0x80;
        if (ends && ++count % every == 0 && i + 1 < text.size()) out += what;
    }
    return out;
}

inline std::vector<Written> between_family() {
    std::vector<Written> all;
    const auto add = [&](const std::string& name, const std::string& what, std::size_t every = 2) {
        all.push_back({name, [=](const std::string& t) { return between_characters(t, what, every); },
                       [=](const std::string& t) { return with_each(t, what, ""); }});
    };
    add("flags", "\U0001f1e9\U0001f1ea");
    add("black squares", "\u25fe");
    add("white squares", "\u25fd\u25fb", 3);
    add("arrows", "\u2194\ufe0f");
    add("bent arrows", "\u2934\ufe0f", 1);
    add("a plus", "\u2795");
    add("two exclamation marks", "\u203c\ufe0f");
    add("exclamation question marks", "\u2049", 5);
    add("information", "\u2139\ufe0f");
    add("trade marks", "\u2122");
    add("letters in circles", "\u24c2\ufe0f");
    add("letters in squares", "\U0001f170");
    add("keycaps", "1\ufe0f\u20e3");
    add("keycaps of signs", "#\ufe0f\u20e3", 4);
    add("bullets", "\u2022", 3);
    add("multiplication signs", "\u00d7");
    add("superscripts", "\u00b2");
    add("currencies", "\u20ac");
    add("a star by name", "&star;", 3);
    add("thin spaces by name", "&ThinSpace;", 3);
    add("wide spaces by name", "&emsp13;", 3);
    add("multiplication signs by name", "&times;", 2);
    add("two code points by name", "&NotEqualTilde;&fjlig;", 7);
    add("a copyright sign without a semicolon", "&copy", 4);
    add("trade marks by number", "&#8482;", 2);
    add("flags in JSON", R"(\ud83c\udde9\ud83c\uddea)", 3);
    add("another alphabet", "\x1b(B", 6);
    add("a reset",
        "\x1b"
        "c",
        2);
    add("a keypad", "\x1b>", 3);
    add("a title", "\x1b]0;xterm\x07", 6);
    add("a link", "\x1b]8;;http://x.example/\x1b\\", 6);
    add("a device string", "\x1bP1$r0m\x1b\\", 5);
    add("a note to no one", "\x1b_note\x1b\\", 5);
    return all;
}

inline std::string in_lines(const std::string& text, std::size_t length, const std::string& end = "\n") {
    return between(text, end, length);
}

/// Escapes in lines that end wherever they are full.
inline std::vector<Written> broken_escapes() {
    using S = const std::string&;
    std::vector<Written> all;
    const auto add = [&](const char* name, std::size_t length, const std::string& end,
                         std::string (*write)(S), Read read) {
        all.push_back({name, [=](S t) { return in_lines(write(t), length, end); },
                       [=](S t) { return read(with_each(t, end, "")); }});
    };
    for (const std::size_t length : {10U, 20U, 30U, 64U, 76U})
        add("JSON escapes", length, "\n", [](S t) { return as_characters(t, "\\u%04x"); }, unjson);
    add("\\x", 15, "\n", [](S t) { return as(t, "\\x%02x"); }, unx);
    add("\\U", 64, "\r\n", [](S t) { return as_characters(t, "\\U%08x"); }, unlong);
    add("octal", 10, "\n", [](S t) { return as(t, "\\%03o"); }, unoctal);
    add("octal", 30, "\n    ", [](S t) { return as(t, "\\%03o"); }, unoctal);
    add("percent", 64, "\n", [](S t) { return as(t, "%%%02x"); }, unpercent);
    add("HTML", 64, "\n", [](S t) { return as_characters(t, "&#%u;"); }, unhtml);
    add("HTML, hex", 20, "\n", [](S t) { return as_characters(t, "&#x%x;"); }, unhtml_hex);
    add("U+ notation", 64, "\n", [](S t) { return as_characters(t, "U+%04X"); }, unnoted);
    add("U+ notation", 20, "\r\n  ", [](S t) { return as_characters(t, "U+%04X"); }, unnoted);
    return all;
}

/// Other notations of code points.
inline std::vector<Written> code_point_family() {
    using S = const std::string&;
    return {
        {"u+0065", [](S t) { return as_characters(t, "u+%04x"); },
         [](S t) { return unnumbered(t, "u+", 16, 4, ""); }},
        {"<U0065>", [](S t) { return as_characters(t, "<U%04X>"); },
         [](S t) { return unnumbered(t, "<U", 16, 8, ">"); }},
        {"<U00000065>", [](S t) { return as_characters(t, "<U%08X>"); },
         [](S t) { return unnumbered(t, "<U", 16, 8, ">"); }},
        {"\\N{U+0065}", [](S t) { return as_characters(t, "\\N{U+%04X}"); },
         [](S t) { return unnumbered(t, "\\N{U+", 16, 6, "}"); }},
    };
}

}  // namespace tfy::leaks
