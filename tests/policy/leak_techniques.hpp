// The table of leaks: how a value is written, and how it would be read again.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "tests/policy/leak_encoders.hpp"
#include "tests/policy/leak_readers.hpp"

namespace tfy::leaks {

struct Technique {
    std::string name;
    std::string (*write)(const std::string&);
    std::vector<Reader> read;  // one after the other
};

inline std::vector<Technique> plain_techniques() {
    using S = const std::string&;
    return {
        {"as it is", [](S t) { return t; }, {same}},
        {"behind a key", [](S t) { return "key=" + t; }, {same}},
        {"as a bearer", [](S t) { return "Authorization: Bearer " + t; }, {same}},
        {"in a query", [](S t) { return "https://x.example/?a=1&token=" + t + "&b=2"; }, {same}},
        {"as user info", [](S t) { return "https://oauth2:" + t + "@git.example/a.git"; }, {same}},
        {"as JSON in text", [](S t) { return R"({"token":")" + t + R"(","id":"x"})"; }, {same}},
        {"in Markdown", [](S t) { return "Your key is `" + t + "`. Keep it."; }, {same}},
        {"glued to letters", [](S t) { return "abc" + t + "xyz"; }, {same}},
        {"twice", [](S t) { return t + " " + t; }, {same}},
        {"twice, glued", [](S t) { return t + t; }, {same}},
        {"lower case", [](S t) { return lower(t); }, {same}},
        {"upper case", [](S t) { return upper(t); }, {same}},
        {"first half", [](S t) { return "see " + t.substr(0, t.size() / 2 + 4); }, {same}},
        {"second half", [](S t) { return t.substr(t.size() / 2 - 4) + " end"; }, {same}},
        {"24 from the middle", [](S t) { return "x " + t.substr(t.size() / 2 - 13, 24); }, {same}},
        {"wrapped at 64", [](S t) { return between(t, "\n", 64); }, {unblank}},
        {"wrapped at 30", [](S t) { return between(t, "\r\n    ", 30); }, {unblank}},
        {"continued lines", [](S t) { return between(t, "\\\n", 10); }, {unslash}},
        {"backslashes between", [](S t) { return between(t, "\\", 5); }, {unslash}},
        {"Markdown escapes",
         [](S t) {
             return each(t, [](char c, std::size_t) {
                 return (c == '-' || c == '_' || c == '.' ? "\\" : "") + std::string(1, c);
             });
         },
         {unslash}},
        {"one by one", [](S t) { return between(t, " "); }, {unblank}},
        {"in fours", [](S t) { return between(t, " ", 4); }, {unblank}},
        {"in fives, a line each", [](S t) { return between(t, "\n", 5); }, {unblank}},
        {"a list of characters", [](S t) { return "['" + between(t, "', '") + "']"; }, {unpunctuated}},
        {"dotted", [](S t) { return between(t, ".", 3); }, {undotted}},
        {"backwards", [](S t) { return reversed(t); }, {unreversed}},
        {"coloured", [](S t) { return between(t, "\x1b[31m", 6); }, {uncoloured}},
        {"zero-width space", [](S t) { return between(t, "\u200b"); }, {ascii_only}},
        {"zero-width joiner, every fourth", [](S t) { return between(t, "\u200d", 4); }, {ascii_only}},
        {"soft hyphen", [](S t) { return between(t, "\u00ad", 3); }, {ascii_only}},
        {"word joiner", [](S t) { return between(t, "\u2060", 2); }, {ascii_only}},
        {"byte order mark", [](S t) { return between(t, "\ufeff", 5); }, {ascii_only}},
        {"variation selector", [](S t) { return between(t, "\ufe0f"); }, {ascii_only}},
        {"combining marks", [](S t) { return between(t, "\u0301"); }, {ascii_only}},
        {"right-to-left marks", [](S t) { return between(t, "\u200f", 2); }, {ascii_only}},
        {"tag characters between", [](S t) { return between(t, "\U000e0041"); }, {ascii_only}},
        {"replacement characters", [](S t) { return between(t, "\ufffd", 2); }, {ascii_only}},
        {"bytes that are no UTF-8", [](S t) { return between(t, "\xff", 2); }, {ascii_only}},
        {"zero bytes", [](S t) { return utf16(t, false); }, {ascii_only}},
        {"control characters", [](S t) { return between(t, "\x01"); }, {ascii_only}},
        {"as tag characters", [](S t) { return "x" + moved(t, 0xe0000); }, {unmoved}},
        {"full width", [](S t) { return moved(t, 0xfee0); }, {unmoved}},
        {"bold", [](S t) { return bold(t); }, {unmoved}},
    };
}

inline std::vector<Technique> escape_techniques() {
    using S = const std::string&;
    return {
        {"JSON escapes", [](S t) { return as(t, "\\u%04x"); }, {unjson}},
        {"JSON escapes, upper case", [](S t) { return as(t, "\\u%04X"); }, {unjson}},
        {"JSON escapes, every third", [](S t) { return as(t, "\\u%04x", 3); }, {unjson}},
        {"JSON in JSON", [](S t) { return as(t, "\\\\u%04x"); }, {halved_backslashes, unjson}},
        {"JSON in JSON in JSON",
         [](S t) { return as(t, "\\\\\\\\u%04x", 7); },
         {halved_backslashes, halved_backslashes, unjson}},
        {"\\x", [](S t) { return as(t, "\\x%02x"); }, {unx}},
        {"\\u{}", [](S t) { return as(t, "\\u{%x}"); }, {unbraced}},
        {"\\U", [](S t) { return as(t, "\\U%08x"); }, {unlong}},
        {"octal", [](S t) { return as(t, "\\%03o"); }, {unoctal}},
        {"percent", [](S t) { return as(t, "%%%02x"); }, {unpercent}},
        {"percent, upper case", [](S t) { return as(t, "%%%02X"); }, {unpercent}},
        {"percent, every second", [](S t) { return as(t, "%%%02X", 2); }, {unpercent}},
        {"percent twice", [](S t) { return as(as(t, "%%%02X"), "%%%02x"); }, {unpercent, unpercent}},
        {"percent three times",
         [](S t) { return as(as(as(t, "%%%02X"), "%%%02x"), "%%%02x"); },
         {unpercent, unpercent, unpercent}},
        {"%u", [](S t) { return as(t, "%%u%04x"); }, {unpercent_u}},
        {"HTML", [](S t) { return as(t, "&#%u;"); }, {unhtml}},
        {"HTML, hex", [](S t) { return as(t, "&#x%x;"); }, {unhtml_hex}},
        {"HTML, padded", [](S t) { return as(t, "&#%07u;", 2); }, {unhtml}},
        {"HTML without semicolons", [](S t) { return as(t, "&#%07u"); }, {unhtml}},
        {"HTML of percent", [](S t) { return as(as(t, "%%%02x"), "&#%u;"); }, {unhtml, unpercent}},
        {"percent of HTML", [](S t) { return as(as(t, "&#%u;"), "%%%02x", 2); }, {unpercent, unhtml}},
        {"percent of zero-width",
         [](S t) { return as(between(t, "\u200b", 4), "%%%02x"); },
         {unpercent, ascii_only}},
        {"quoted-printable", [](S t) { return as(t, "=%02X"); }, {unquoted_printable}},
        {"soft line breaks", [](S t) { return between(t, "=\n", 12); }, {unquoted_printable}},
    };
}

inline std::vector<Technique> digit_techniques() {
    using S = const std::string&;
    return {
        {"base64", [](S t) { return base64(t); }, {unbase64}},
        {"base64, no padding", [](S t) { return base64(t, false); }, {unbase64}},
        {"base64url", [](S t) { return base64url(t); }, {unbase64}},
        {"base64 after one byte", [](S t) { return base64("x" + t); }, {unbase64}},
        {"base64 after two bytes", [](S t) { return base64("xy" + t); }, {unbase64}},
        {"base64 glued to letters", [](S t) { return "v1" + base64(t); }, {unbase64}},
        {"base64 glued, third phase", [](S t) { return "abc" + base64(t) + "d"; }, {unbase64}},
        {"base64 in lines", [](S t) { return between(base64(t), "\n", 76); }, {unblank, unbase64}},
        {"base64 in lines of 20, CRLF",
         [](S t) { return between(base64(t), "\r\n", 20); },
         {unblank, unbase64}},
        {"base64 in indented lines",
         [](S t) { return "  " + between(base64(t), "\n  ", 17); },
         {unblank, unbase64}},
        {"base64 in eights", [](S t) { return between(base64(t), " ", 8); }, {unblank, unbase64}},
        {"base64 with \\n", [](S t) { return between(base64(t), "\\n", 60); }, {unsplit_lines, unbase64}},
        {"basic auth", [](S t) { return "Basic " + base64("alice:" + t); }, {unbase64}},
        {"data URI",
         [](S t) { return "data:text/plain;base64," + base64("a key: " + t + "\n"); },
         {unbase64}},
        {"base64 of JSON", [](S t) { return base64(R"({"token":")" + t + "\"}"); }, {unbase64}},
        {"base64 of JSON escapes", [](S t) { return base64(as(t, "\\u%04x")); }, {unbase64, unjson}},
        {"base64 twice", [](S t) { return base64(base64(t)); }, {unbase64, unbase64}},
        {"base64 three times",
         [](S t) { return base64(base64("k=" + base64(t))); },
         {unbase64, unbase64, unbase64}},
        {"base64, percent", [](S t) { return as(base64(t), "%%%02x", 5); }, {unpercent, unbase64}},
        {"base64 of UTF-16", [](S t) { return base64(utf16(t, false)); }, {unbase64, ascii_only}},
        {"base64 of UTF-16, big-endian", [](S t) { return base64(utf16(t, true)); }, {unbase64, ascii_only}},
        {"base64, backwards inside", [](S t) { return base64(reversed(t)); }, {unbase64, unreversed}},
        {"base64, zero-width", [](S t) { return between(base64(t), "\u200b", 9); }, {ascii_only, unbase64}},
        {"hex", [](S t) { return hex(t); }, {unhex}},
        {"hex, upper case", [](S t) { return as(t, "%02X"); }, {unhex}},
        {"hex behind a digit", [](S t) { return "7" + hex(t); }, {unhex}},
        {"hex with colons", [](S t) { return between(hex(t), ":", 2); }, {unhex_pairs}},
        {"hex with spaces", [](S t) { return between(as(t, "%02X"), " ", 2); }, {unhex_pairs}},
        {"hex in fours", [](S t) { return between(hex(t), " ", 4); }, {unhex_pairs}},
        {"hex bytes of C", [](S t) { return "{" + as(t, "0x%02x, ") + "}"; }, {unhex_pairs}},
        {"hex in lines", [](S t) { return between(hex(t), "\n", 60); }, {unhex_pairs}},
        {"hex twice", [](S t) { return hex(hex(t)); }, {unhex, unhex}},
        {"hex of UTF-16", [](S t) { return hex(utf16(t, true)); }, {unhex, ascii_only}},
        {"hex of base64", [](S t) { return hex(base64(t)); }, {unhex, unbase64}},
        {"base64 of hex", [](S t) { return base64(hex(t)); }, {unbase64, unhex}},
        {"base64 of hex of percent",
         [](S t) { return base64(hex(as(t, "%%%02x"))); },
         {unbase64, unhex, unpercent}},
        {"base32", [](S t) { return base32(t); }, {unbase32}},
        {"base32, lower case, glued", [](S t) { return "abc" + lower(base32(t)); }, {unbase32}},
    };
}

/// Characters between characters, also between those of a code; and characters for others.
inline std::vector<Technique> character_techniques() {
    using S = const std::string&;
    return {
        {"base64, U+0001 between", [](S t) { return between(base64(t), "\x01", 3); }, {ascii_only, unbase64}},
        {"base64 of U+0001 between", [](S t) { return base64(between(t, "\x01")); }, {unbase64, ascii_only}},
        {"base64 of several control characters between",
         [](S t) { return base64(in_turn(t, {"\x01", "\x08", "\x0e"})); },
         {unbase64, ascii_only}},
        {"base32 of U+000B and U+000C between",
         [](S t) { return base32(in_turn(t, {"\x0b", "\x0c"})); },
         {unbase32, ascii_only}},
        {"hex of control characters in twos",
         [](S t) { return hex(between(t, "\x01\x02")); },
         {unhex, ascii_only}},
        {"hex, U+0008 between", [](S t) { return between(hex(t), "\b"); }, {ascii_only, unhex}},
        {"hex of U+007F between",
         [](S t) { return hex(between(t, "\x7f", 5)); },
         {unhex, [](S t) { return without(t, [](unsigned char c) { return c == 0x7f; }); }}},
        {"base32, U+000B between", [](S t) { return between(base32(t), "\v", 2); }, {ascii_only, unbase32}},
        {"base32 of U+000C between", [](S t) { return base32(between(t, "\f", 4)); }, {unbase32, ascii_only}},
        {"ideographic spaces", [](S t) { return between(t, "\u3000"); }, {ascii_only}},
        {"base64, ideographic spaces",
         [](S t) { return between(base64(t), "\u3000", 4); },
         {ascii_only, unbase64}},
        {"line separators", [](S t) { return between(t, "\u2028", 5); }, {ascii_only}},
        {"base64, line separators",
         [](S t) { return between(base64(t), "\u2028", 76); },
         {ascii_only, unbase64}},
        {"hex, paragraph separators", [](S t) { return between(hex(t), "\u2029", 2); }, {ascii_only, unhex}},
        {"Ogham spaces", [](S t) { return between(t, "\u1680", 2); }, {ascii_only}},
        {"spacing marks", [](S t) { return between(t, "\u0903", 3); }, {ascii_only}},
        {"base32, spacing marks",
         [](S t) { return between(base32(t), "\u0bbe", 5); },
         {ascii_only, unbase32}},
        {"pictures", [](S t) { return between(t, "\U0001f600"); }, {ascii_only}},
        {"pictures, joined and coloured, every fifth",
         [](S t) { return between(t, "\U0001f44d\U0001f3fd\u200d\u2764\ufe0f", 5); },
         {ascii_only}},
        {"hex, pictures", [](S t) { return between(hex(t), "\u2600", 7); }, {ascii_only, unhex}},
        {"Cyrillic letters", [](S t) { return in_letters_of(cyrillic, t); }, {from_letters_of<cyrillic>}},
        {"Greek letters", [](S t) { return in_letters_of(greek, t); }, {from_letters_of<greek>}},
        {"base64, Cyrillic letters",
         [](S t) { return in_letters_of(cyrillic, base64(t)); },
         {from_letters_of<cyrillic>, unbase64}},
        {"letters of flags",
         [](S t) {
             return each(upper(t), [](char c, std::size_t) {
                 return c >= 'A' && c <= 'Z' ? utf8(0x1f1e6 + static_cast<char32_t>(c - 'A'))
                                             : std::string(1, c);
             });
         },
         {unflagged}},
        {"U+ notation", [](S t) { return as(t, "U+%04X "); }, {unnoted}},
        {"U+ notation, unbroken", [](S t) { return as(t, "U+%04x"); }, {unnoted}},
        {"U+ notation of base64", [](S t) { return as(base64(t), "U+%04X, "); }, {unnoted, unbase64}},
        {"visible marks between", [](S t) { return between(t, "\u27e8U+200B\u27e9", 3); }, {unshown}},
        {"base64, visible marks between",
         [](S t) { return between(base64(t), "\u27e8U+00AD\u27e9", 9); },
         {unshown, unbase64}},
        {"named references between",
         [](S t) { return between(t, "&NegativeThinSpace;&shy&ic;", 4); },
         {[](S t) { return unreferred(t); }}},
        {"letters by reference", [](S t) { return as_references(t); }, {[](S t) { return unreferred(t); }}},
    };
}

/// Turned round, before and after other codes; and in several literals.
inline std::vector<Technique> joined_techniques() {
    using S = const std::string&;
    return {
        {"base64, backwards", [](S t) { return reversed(base64(t)); }, {unreversed, unbase64}},
        {"hex, backwards", [](S t) { return reversed(hex(t)); }, {unreversed, unhex}},
        {"base32, backwards", [](S t) { return reversed(base32(t)); }, {unreversed, unbase32}},
        {"percent, backwards", [](S t) { return reversed(as(t, "%%%02x")); }, {unreversed, unpercent}},
        {"JSON escapes, backwards", [](S t) { return reversed(as(t, "\\u%04x")); }, {unreversed, unjson}},
        {"U+ notation, backwards", [](S t) { return reversed(as(t, "U+%04x ")); }, {unreversed, unnoted}},
        {"HTML, backwards", [](S t) { return reversed(as(t, "&#%u;")); }, {unreversed, unhtml}},
        {"\\x, backwards", [](S t) { return reversed(as(t, "\\x%02x")); }, {unreversed, unx}},
        {"base64 of hex, backwards",
         [](S t) { return reversed(base64(hex(t))); },
         {unreversed, unbase64, unhex}},
        {"base64 of percent, backwards",
         [](S t) { return reversed(base64(as(t, "%%%02x"))); },
         {unreversed, unbase64, unpercent}},
        {"hex of base64, backwards",
         [](S t) { return reversed(hex(base64(t))); },
         {unreversed, unhex, unbase64}},
        {"hex of base32, backwards",
         [](S t) { return reversed(hex(base32(t))); },
         {unreversed, unhex, unbase32}},
        {"hex of hex, backwards", [](S t) { return reversed(hex(hex(t))); }, {unreversed, unhex, unhex}},
        {"hex of percent, backwards",
         [](S t) { return reversed(hex(as(t, "%%%02x"))); },
         {unreversed, unhex, unpercent}},
        {"base32 of base64, backwards",
         [](S t) { return reversed(base32(base64(t))); },
         {unreversed, unbase32, unbase64}},
        {"base32 of hex, backwards",
         [](S t) { return reversed(base32(hex(t))); },
         {unreversed, unbase32, unhex}},
        {"base64 of base64, backwards",
         [](S t) { return reversed(base64(base64(t))); },
         {unreversed, unbase64, unbase64}},
        {"base64 of base32, backwards",
         [](S t) { return reversed(base64(base32(t))); },
         {unreversed, unbase64, unbase32}},
        {"base64 of JSON escapes, backwards",
         [](S t) { return reversed(base64(as(t, "\\u%04x"))); },
         {unreversed, unbase64, unjson}},
        {"percent of base64, backwards",
         [](S t) { return reversed(as(base64(t), "%%%02x")); },
         {unreversed, unpercent, unbase64}},
        {"JSON escapes of hex, backwards",
         [](S t) { return reversed(as(hex(t), "\\u%04x")); },
         {unreversed, unjson, unhex}},
        {"base64 of hex backwards",
         [](S t) { return base64(reversed(hex(t))); },
         {unbase64, unreversed, unhex}},
        {"hex of base64 of it backwards",
         [](S t) { return hex(base64(reversed(t))); },
         {unhex, unbase64, unreversed}},
        {"percent of base64 backwards",
         [](S t) { return as(reversed(base64(t)), "%%%02x"); },
         {unpercent, unreversed, unbase64}},
        {"literals", [](S t) { return "k = \"" + between(t, "\" + \"", 11) + "\";"; }, {unjoined}},
        {"literals, a line each",
         [](S t) { return "k = (\n    b'" + between(t, "'\n    b'", 17) + "')"; },
         {unjoined}},
        {"literals of different lengths", [](S t) { return "'" + uneven(t, "' . '") + "'"; }, {unjoined}},
        {"literals of base64",
         [](S t) { return "\"" + between(base64(t), "\" +\n  \"", 30) + "\""; },
         {unjoined, unbase64}},
        {"literals in JSON",
         [](S t) { return R"({\"k\": \")" + between(t, R"(\" + \")", 20) + R"(\"})"; },
         {unslash, unjoined}},
    };
}

inline std::vector<Technique> techniques() {
    auto all = plain_techniques();
    for (auto& more : {escape_techniques(), digit_techniques(), character_techniques(), joined_techniques()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// A piece of `secret` of `least` characters that can be read in `text`, in any case; empty if there is
/// none.
inline std::string readable_piece(const std::string& text, std::string_view secret,
                                  const std::vector<Reader>& readers, std::size_t least = 24) {
    std::string read = text;
    for (const auto reader : readers) read = reader(read);
    const auto folded = lower(read + "\n" + text);
    const auto wanted = lower(secret);
    for (std::size_t at = 0; at + least <= wanted.size(); ++at)
        if (folded.find(wanted.substr(at, least)) != std::string::npos) return wanted.substr(at, least);
    return {};
}

}  // namespace tfy::leaks
