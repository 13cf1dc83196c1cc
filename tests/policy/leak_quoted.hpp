// Ways to write characters one by one between quotes, as debuggers, programs and streams do, and bytes among
// other words. Each with a simple reader.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/policy/leak_families.hpp"

namespace tfy::leaks {

/// Each character between `before(index)` and `behind`, with backslashes in front of `quote` and backslashes.
inline std::string quoted(const std::string& text, char quote,
                          const std::function<std::string(std::size_t, const std::string&)>& before,
                          const std::string& behind) {
    std::string out;
    std::size_t index = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto end = at + 1;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) ++end;
        auto character = text.substr(at, end - at);
        out += before(index++, character);
        if (character[0] == quote || character[0] == '\\') character = "\\" + character;
        out += character + behind;
        at = end;
    }
    return out;
}
inline std::string unquoted(const std::string& text, char quote, const std::string& before,
                            const std::string& behind) {
    auto read = unstreamed(text, before, behind);
    read = with_each(read, std::string("\\") + quote, std::string(1, quote));
    return with_each(read, "\\\\", "\\");
}

inline std::vector<Written> quoted_family() {
    std::vector<Written> all;
    const auto add = [&](const char* name, char quote, auto before, const std::string& behind,
                         const std::string& read_from) {
        all.push_back({name,
                       [=](const std::string& t) { return "v = {" + quoted(t, quote, before, behind) + "}"; },
                       [=](const std::string& t) { return unquoted(t, quote, read_from, behind); }});
    };
    const auto words = [](const char* before) {
        return [=](std::size_t, const std::string&) { return std::string(before); };
    };
    const auto indexed = [](const char* format) {
        return [=](std::size_t i, const std::string&) { return number(format, static_cast<unsigned>(i)); };
    };
    add(
        "gdb's print of characters", '\'',
        [](std::size_t, const std::string& c) { return number("%u '", static_cast<unsigned char>(c[0])); },
        "', ", " '");
    add("lldb's print of characters", '\'', indexed("  [%u] = '"), "'\n", "= '");
    add("bytes of Rust", '\'', words("b'"), "', ", "b'");
    add("an object of characters", '"', indexed("\"%u\":\""), "\",", ":\"");
    add("events in an array", '"', words("{\"delta\":\""), "\"},", "delta\":\"");
    add("events in an indented array", '"', words("  {\"type\": \"text\", \"text\": \""), "\"},\n",
        "text\": \"");
    add(
        "counted events", '"',
        [](std::size_t i, const std::string&) {
            return "data: {\"sequence_number\":" + std::to_string(i) + ",\"delta\":\"";
        },
        "\"}\n\n", "delta\":\"");
    return all;
}

/// Numbers that have other words beside them than calls have.
inline std::vector<Written> word_family() {
    using S = const std::string&;
    const auto decimal = [](S t) { return unlisted(t, 10); };
    const auto indexed = [](S t, const char* before) {
        return each(t, [&](char c, std::size_t i) {
            return number(before, static_cast<unsigned>(i)) + number("%u", static_cast<unsigned char>(c)) +
                   (before[2] == '[' ? ")\n" : ",\n");
        });
    };
    return {
        {"a diff of a list", [](S t) { return as(t, "+    %u,\n"); }, decimal},
        {"directives of an assembler", [](S t) { return as(t, "\t.byte\t%u\n"); }, decimal},
        {"bytes of an assembler", [](S t) { return "db " + as(t, "%02Xh, "); },
         [](S t) { return unhex_pairs(with_each(t, "h, ", " ")); }},
        {"var_export() of PHP", [=](S t) { return "array (\n" + indexed(t, "  %u => "); },
         [=](S t) { return decimal(unstreamed(t, "=>", "\n")); }},
        {"var_dump() of PHP", [=](S t) { return "array(9) {\n" + indexed(t, "  [%u]=>\n  int("); },
         [=](S t) { return decimal(unstreamed(t, "int", "\n")); }},
        {"casts of PowerShell, in hex", [](S t) { return as(t, "[char]0x%02x+"); },
         [](S t) { return unhex_pairs(with_each(with_each(t, "[char]0x", " "), "+", "")); }},
        {"toByte of Scala", [](S t) { return "Array(" + as(t, "%u.toByte, ") + ")"; }, decimal},
        {"chr of Ruby", [](S t) { return as(t, "%u.chr + "); }, decimal},
    };
}

}  // namespace tfy::leaks
