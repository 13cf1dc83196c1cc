// Ways to write bytes that tools have: dumps in columns, lists of numbers. Each with a simple reader.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/policy/leak_encoders.hpp"
#include "tests/policy/leak_readers.hpp"

namespace tfy::leaks {

using Read = std::function<std::string(const std::string&)>;

/// A code of a family, with the way back.
struct Written {
    std::string name;
    std::function<std::string(const std::string&)> write;
    Read read;
};

/// How a tool lays a dump out.
struct Layout {
    std::string offset;  // printf format
    std::string cell;    // the same, of one number
    std::size_t bytes_a_cell = 1;
    bool last_first = false;  // the last byte of a cell is first
    std::size_t bytes_a_line = 16;
    std::string before_text = {};  // empty: no column of text
    std::string behind_text = {};
};

inline std::uint32_t cell_value(const std::string& bytes, bool last_first) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[last_first ? bytes.size() - 1 - i : i]);
        value = value << 8U | byte;
    }
    return value;
}

inline std::string dumped(const std::string& text, const Layout& layout) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += layout.bytes_a_line) {
        const auto line = text.substr(at, layout.bytes_a_line);
        out += number(layout.offset.c_str(), static_cast<unsigned>(at));
        for (std::size_t i = 0; i < line.size(); i += layout.bytes_a_cell)
            out += number(layout.cell.c_str(),
                          cell_value(line.substr(i, layout.bytes_a_cell), layout.last_first));
        if (!layout.before_text.empty())
            out += layout.before_text +
                   each(line,
                        [](char c, std::size_t) { return std::string(1, c > 0x20 && c < 0x7f ? c : '.'); }) +
                   layout.behind_text;
        out += '\n';
    }
    return out;
}

/// The cells behind each line's offset, `digits` digits of `base` each (0: any number), up to the column of
/// text.
inline std::string undumped(const std::string& text, int base, std::size_t digits, const Layout& layout) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto line = text.substr(begin, end - begin);
        const auto colon = line.substr(0, 24).find(':');
        auto at = colon != std::string::npos ? colon + 1 : line.find_first_of(" \t");
        at = std::min(at, line.size());
        for (std::size_t cells = 0; cells < layout.bytes_a_line / layout.bytes_a_cell; ++cells) {
            at = std::min(line.find_first_not_of(" \t", at), line.size());
            const auto behind = std::min(line.find_first_of(" \t", at), line.size());
            auto cell = line.substr(at, behind - at);
            if (cell.starts_with("0x")) cell = cell.substr(2);
            const auto known = std::string_view("0123456789abcdef").substr(0, static_cast<std::size_t>(base));
            if (cell.empty() || cell.size() > 10 || (digits != 0 && cell.size() != digits) ||
                cell.find_first_not_of(known) != std::string::npos)
                break;
            auto value = std::stoul(cell, nullptr, base);
            std::string bytes;
            for (std::size_t i = 0; i < layout.bytes_a_cell; ++i, value >>= 8U)
                bytes += static_cast<char>(static_cast<unsigned char>(value & 0xffU));
            out += layout.last_first ? bytes : reversed(bytes);
            at = behind;
        }
        begin = end + 1;
    }
    return out;
}

/// od -c and hexdump -c.
inline std::string dumped_characters(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i % 16 == 0) out += (i == 0 ? "" : "\n") + number("%07o", static_cast<unsigned>(i));
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool shown = byte >= 0x20 && byte < 0x7f;
        out += text[i] == '\n' ? "  \\n" : shown ? "   " + text.substr(i, 1) : number(" %03o", byte);
    }
    return out + "\n";
}
inline std::string undumped_characters(const std::string& text) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        for (auto at = begin + 7; at + 4 <= end; at += 4) {
            const auto field = text.substr(at, 4);
            const bool octal = field.find_first_not_of("01234567", 1) == std::string::npos;
            out += octal              ? static_cast<char>(std::stoul(field.substr(1), nullptr, 8))
                   : field == "  \\n" ? '\n'
                                      : field[3];
        }
        begin = end + 1;
    }
    return out;
}

/// curl --trace-ascii: 64 characters a line.
inline std::string traced(const std::string& text) {
    std::string out = "=> Send header, " + std::to_string(text.size()) + " bytes\n";
    for (std::size_t at = 0; at < text.size(); at += 64)
        out += number("%04x: ", static_cast<unsigned>(at)) + text.substr(at, 64) + "\n";
    return out;
}
inline std::string untraced(const std::string& text) {
    std::string out;
    for (std::size_t begin = text.find('\n') + 1; begin != 0 && begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        out += text.substr(std::min(begin + 6, end), end - std::min(begin + 6, end));
        begin = end + 1;
    }
    return out;
}

/// A value may begin anywhere in a line.
inline std::string amid(const std::string& text) { return "GET / HTTP/1.1.Key: " + text + " ok."; }

inline std::vector<Written> dump_family() {
    std::vector<Written> all;
    const auto add = [&](std::string name, int base, std::size_t digits, Layout layout) {
        all.push_back({std::move(name), [layout](const std::string& t) { return dumped(amid(t), layout); },
                       [=](const std::string& t) { return undumped(t, base, digits, layout); }});
    };
    add("hexdump -C", 16, 2, {"%08x ", " %02x", 1, false, 16, "  |", "|"});
    add("hexdump", 16, 4, {"%07x", " %04x", 2, true});
    add("hexdump -b", 8, 3, {"%07x", " %03o"});
    add("hexdump -d", 10, 5, {"%07x", "   %05u", 2, true});
    add("hexdump -o", 8, 6, {"%07x", "  %06o", 2, true});
    add("xxd", 16, 4, {"%08x:", " %04x", 2, false, 16, "  "});
    add("xxd -g1", 16, 2, {"%08x:", " %02x", 1, false, 16, "  "});
    add("xxd -e", 16, 8, {"%08x:", " %08x", 4, true, 16, "  "});
    add("xxd -c 32", 16, 4, {"%08x:", " %04x", 2, false, 32, "  "});
    add("od", 8, 6, {"%07o", " %06o", 2, true});
    add("od -x", 16, 4, {"%07o", " %04x", 2, true});
    add("od -tx1", 16, 2, {"%07o", " %02x"});
    add("od -A x -tx1z", 16, 2, {"%06x", " %02x", 1, false, 16, "  >", "<"});
    add("od -A x", 8, 6, {"%06x", " %06o", 2, true});
    add("od -tu1", 10, 0, {"%07o", " %3u"});
    add("od -tx4", 16, 8, {"%07o", " %08x", 4, true});
    add("od -td2", 10, 0, {"%07o", " %6u", 2, true});
    add("curl --trace", 16, 2, {"%04x:", " %02x", 1, false, 16, " "});
    add("gdb x/xb", 16, 2, {"0x4040%02x <key>:", "\t0x%02x", 1, false, 8});
    add("gdb x/xw", 16, 8, {"0x4040%02x:", "\t0x%08x", 4, true});
    add("gdb x/ob", 8, 0, {"0x4040%02x:", "\t0%o", 1, false, 8});
    add("gdb x/ub", 10, 0, {"0x4040%02x:", "\t%u", 1, false, 8});
    add("lldb memory read", 16, 2, {"0x1000040%02x:", " %02x", 1, false, 16, "  "});
    add("tcpdump -X", 16, 4, {"\t0x%04x: ", " %04x", 2, false, 16, "  "});
    all.push_back(
        {"od -c", [](const std::string& t) { return dumped_characters(amid(t)); }, undumped_characters});
    all.push_back({"curl --trace-ascii", [](const std::string& t) { return traced(amid(t)); }, untraced});
    return all;
}

/// Numbers of `base` with anything between them, each a character.
inline std::string unlisted(const std::string& text, int base) {
    std::string out;
    int value = -1;
    for (const char c : text + " ") {
        const int digit =
            digit_value(c, std::string_view("0123456789").substr(0, static_cast<std::size_t>(base)));
        if (digit >= 0)
            value = std::min(std::max(value, 0) * base + digit, 100'000);
        else if (value >= 0)
            out += static_cast<char>(static_cast<unsigned char>(std::exchange(value, -1)));
    }
    return out;
}
/// The same where each is behind its index.
inline std::string unindexed(const std::string& text) {
    std::string values;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto colon = text[i] == '"' ? text.find("\":", i + 1) : std::string::npos;
        if (colon != std::string::npos && colon - i < 6) i = colon + 2;
        values += text[i];
    }
    return unlisted(values, 10);
}

inline std::string in_binary(const std::string& text, const std::string& between) {
    return each(text, [&](char c, std::size_t) {
        std::string bits;
        for (int bit = 7; bit >= 0; --bit)
            bits += (static_cast<unsigned char>(c) >> bit & 1) != 0 ? '1' : '0';
        return bits + between;
    });
}

/// As Python's bin() has them.
inline std::string in_short_binary(const std::string& text) {
    return each(text, [](char c, std::size_t) {
        auto bits = in_binary(std::string(1, c), "");
        bits.erase(0, std::min(bits.find('1'), bits.size() - 1));
        return "0b" + bits + "', '";
    });
}

inline std::vector<Written> number_family() {
    using S = const std::string&;
    const auto decimal = [](S t) { return unlisted(t, 10); };
    return {
        {"decimal numbers", [](S t) { return as(t, "%u, "); }, decimal},
        {"decimal numbers, a line each", [](S t) { return as(t, "%u\n"); }, decimal},
        {"decimal numbers and blanks", [](S t) { return "[" + as(t, "%u ") + "]"; }, decimal},
        {"a Buffer", [](S t) { return R"({"type":"Buffer","data":[)" + as(t, "%u,") + "0]}"; }, decimal},
        {"an indented array", [](S t) { return "[\n" + as(t, "        %u,\n") + "]"; }, decimal},
        {"numbers behind their index",
         [](S t) {
             return "{" +
                    each(t,
                         [](char c, std::size_t i) {
                             return "\"" + std::to_string(i) +
                                    "\":" + number("%u,", static_cast<unsigned char>(c));
                         }) +
                    "}";
         },
         unindexed},
        {"octal numbers", [](S t) { return as(t, "%o "); }, [](S t) { return unlisted(t, 8); }},
        {"octal numbers of C", [](S t) { return "{" + as(t, "0%o, ") + "}"; },
         [](S t) { return unlisted(t, 8); }},
        {"binary numbers", [](S t) { return in_binary(t, " "); },
         [](S t) { return unradix(unblank(t), 1, "01"); }},
        {"binary digits", [](S t) { return in_binary(t, ""); }, [](S t) { return unradix(t, 1, "01"); }},
        {"binary numbers of Python", [](S t) { return "['" + in_short_binary(t) + "']"; },
         [](S t) { return unlisted(with_each(t, "0b", ""), 2); }},
        {"bytes of Python", [](S t) { return "b'" + as(t, "\\x%02x") + "'"; }, unx},
        {"hex numbers", [](S t) { return "[" + as(t, "0x%x, ") + "]"; }, unhex_pairs},
        {"octal numbers of Python", [](S t) { return "['" + as(t, "0o%o', '") + "']"; },
         [](S t) { return unlisted(with_each(t, "0o", ""), 8); }},
        {"chr() of Python", [](S t) { return as(t, "chr(%u) + "); }, decimal},
        {"chr() of PHP, in hex", [](S t) { return as(t, "chr(0x%02x)."); },
         [](S t) { return unhex_pairs(with_each(t, "chr(0x", " ")); }},
        {"CHAR() of SQL", [](S t) { return "SELECT " + as(t, "CHAR(%u)||"); }, decimal},
        {"Chr() of Basic", [](S t) { return as(t, "Chr(&H%02X) & "); },
         [](S t) { return unhex_pairs(with_each(with_each(t, "Chr(&H", " "), ") &", "")); }},
        {"casts of Java, eight a line",
         [](S t) { return "{" + between(as(t, "(byte) 0x%02x,"), "\n        ", 8 * 12) + "}"; },
         [](S t) { return unhex_pairs(with_each(unblank(t), "(byte)0x", " ")); }},
        {"casts of C#", [](S t) { return as(t, "(char)%u, "); }, decimal},
        {"valueOf() of Java", [](S t) { return as(t, "Byte.valueOf((byte) %u), "); }, decimal},
        {"toByte() of Kotlin", [](S t) { return "byteArrayOf(" + as(t, "%u.toByte(), ") + ")"; }, decimal},
        {"casts of PowerShell", [](S t) { return as(t, "[char]%u+"); }, decimal},
    };
}

/// Piece by piece, each between the same words. No character is cut.
inline std::string streamed(const std::string& text, const std::string& before, const std::string& behind,
                            std::size_t size = 1) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        auto end = std::min(at + size, text.size());
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) ++end;
        out += before + text.substr(at, end - at) + behind;
        at = end;
    }
    return out;
}
inline std::string unstreamed(const std::string& text, const std::string& before, const std::string& behind) {
    std::string out;
    for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
        at += before.size();
        const auto end = std::min(text.find(behind, at), text.size());
        out += text.substr(at, end - at);
        at = end;
    }
    return out;
}

inline std::vector<Written> stream_family() {
    std::vector<Written> all;
    const auto add = [&](const char* name, const std::string& before, const std::string& behind,
                         std::size_t size = 1) {
        all.push_back({name, [=](const std::string& t) { return "\n" + streamed(t, before, behind, size); },
                       [=](const std::string& t) { return unstreamed(t, before, behind); }});
    };
    add("an event a character", "data: ", "\n\n");
    add("a JSON event a character", "data: {\"delta\":\"", "\"}\r\n\r\n");
    add("named events of four characters", "event: delta\ndata: {\"text\":\"", "\"}\n\n", 4);
    add("a JSON line a character", "{\"choices\":[{\"content\":\"", "\"}]}\n");
    add("a log line a character", "2026-11-29T12:00:00Z app got ", "\n");
    return all;
}

/// The same with counters and times that differ.
inline std::vector<Written> counted_stream_family() {
    std::vector<Written> all;
    const auto counted = [&](const char* name, const char* counter, const char* open, const char* close,
                             std::size_t size, unsigned from) {
        const std::string behind(open);
        const std::string before(close);
        const std::string format(counter);
        all.push_back({name,
                       [=](const std::string& t) {
                           std::string out;
                           for (std::size_t at = 0; at < t.size(); at += size)
                               out += number(format.c_str(), from + static_cast<unsigned>(at / size)) +
                                      behind + t.substr(at, size) + before;
                           return out;
                       },
                       [=](const std::string& t) { return unstreamed(t, open, close); }});
    };
    counted("events of two characters with a time each", "12:00:%02u.5 data:", " got [", "]\n", 2, 10);
    counted("events of two characters with a counter that gets longer", "data: {\"i\":%u,", "\"t\":\"",
            "\"}\n", 2, 95);
    counted("events of three characters with a number in front", "%u got", " [", "]\n", 3, 5);
    counted("events of six characters with a long counter", "data: {\"sequence_number\":%u,", "\"text\":\"",
            "\"}\n\n", 6, 98);
    all.push_back({"events of four characters with a counter behind",
                   [](const std::string& t) {
                       std::string out;
                       for (std::size_t at = 0; at < t.size(); at += 4)
                           out += "data: {\"t\":\"" + t.substr(at, 4) +
                                  number("\",\"i\":%u}\n", static_cast<unsigned>(at / 4 + 7));
                       return out;
                   },
                   [](const std::string& t) { return unstreamed(t, "{\"t\":\"", "\""); }});
    return all;
}

}  // namespace tfy::leaks
