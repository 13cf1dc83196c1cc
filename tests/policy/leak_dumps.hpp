// Dumps that show each byte in two formats, have empty lines or short offsets. Each with a simple reader.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "tests/policy/leak_families.hpp"

namespace tfy::leaks {

/// The lines of two dumps in turn; those of the second one without their offsets if there are `blanks` in
/// their place.
inline std::string in_turn(const std::string& one, const std::string& other, std::size_t blanks) {
    std::istringstream first(one);
    std::istringstream second(other);
    std::string out;
    std::string line;
    while (std::getline(first, line)) {
        out += line + "\n";
        if (!std::getline(second, line)) continue;
        out += line.replace(0, blanks, std::string(blanks, ' ')) + "\n";
    }
    return out;
}
/// `what` in the place of each line break.
inline std::string between_lines(const std::string& text, const std::string& what) {
    return each(text, [&](char c, std::size_t) { return c == '\n' ? what : std::string(1, c); });
}
/// Those lines that begin with an offset, or the others.
inline std::string every_second(const std::string& text, bool odd) {
    std::istringstream lines(text);
    std::string out;
    std::string line;
    for (bool turn = false; std::getline(lines, line); turn = !turn)
        if (turn == odd) out += (line.starts_with(' ') ? "0000000" + line.substr(7) : line) + "\n";
    return out;
}

inline std::vector<Written> double_dump_family() {
    using S = const std::string&;
    const Layout octal{"%07o", " %03o"};
    const Layout hex_bytes{"%07o", "  %02x"};
    const Layout words{"%07o", "    %04x", 2, true};
    const Layout short_offsets{" %04x", " %08x", 4, false, 16, "  "};
    const Layout spaced{"    %04x -", " %02x", 1, false, 16, "   "};
    const Layout tabbed{"%04x\t", "%02x ", 1, false, 16, "  "};
    const Layout unbroken{"%08x: ", "%02x", 1, false, 16, "  "};
    std::vector<Written> all;
    const auto add = [&](const std::string& name, const Layout& layout, int base, std::size_t digits) {
        for (const std::size_t blanks : {7U, 0U}) {
            const auto both = [=](S t) {
                return in_turn(dumped(amid(t), layout), dumped_characters(amid(t)), blanks);
            };
            const auto turned = [=](S t) {
                return in_turn(dumped_characters(amid(t)), dumped(amid(t), layout), blanks);
            };
            const auto numbers = [=](S t) { return undumped(every_second(t, false), base, digits, layout); };
            all.push_back({name + " and characters", both, numbers});
            all.push_back({name + ", its characters", both,
                           [](S t) { return undumped_characters(every_second(t, true)); }});
            all.push_back({"characters, " + name, turned,
                           [](S t) { return undumped_characters(every_second(t, false)); }});
        }
    };
    add("octal bytes", octal, 8, 3);
    add("hex bytes", hex_bytes, 16, 2);
    add("words", words, 16, 4);
    const auto single = [&](const char* name, const Layout& layout, std::size_t digits) {
        all.push_back({name, [=](S t) { return dumped(amid(t), layout); },
                       [=](S t) { return undumped(with_each(t, " - ", ": "), 16, digits, layout); }});
    };
    single("openssl s_client -msg", spaced, 2);
    single("certutil", tabbed, 2);
    all.push_back({"objdump -s", [=](S t) { return dumped(amid(t), short_offsets); },
                   [=](S t) { return undumped(with_each("\n" + t, "\n ", "\n"), 16, 8, short_offsets); }});
    const Layout emptied{"%08x ", " %02x", 1, false, 16, "  |", "|"};
    all.push_back({"hexdump -C with empty lines",
                   [=](S t) { return between_lines(dumped(amid(t), emptied), "\n\n"); },
                   [=](S t) { return undumped(with_each(t, "\n\n", "\n"), 16, 2, emptied); }});
    all.push_back({"xxd -g0", [=](S t) { return dumped(amid(t), unbroken); },
                   [](S t) {
                       std::string digits;
                       std::istringstream lines(t);
                       for (std::string line; std::getline(lines, line);)
                           digits +=
                               line.substr(std::min<std::size_t>(line.size(), 10), line.find("  ") - 10);
                       return unhex(digits);
                   }});
    return all;
}

}  // namespace tfy::leaks
