// The corpus of leaks: every way that the promise covers, and ways that it does not, each with how it is
// read.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "policy/facts.hpp"
#include "policy/visible.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_codes.hpp"
#include "tests/policy/leak_compressed.hpp"
#include "tests/policy/leak_large_digits.hpp"
#include "tests/policy/leak_unpromised.hpp"

namespace tfy::leaks {

/// A value of letters and digits in, what leaks out; and the way back.
struct Leak {
    std::string group;
    std::string name;
    std::function<std::string(const std::string&)> write;
    std::vector<Read> read;  // one after the other
    bool promised = true;
    int nested = 1;
    bool is_message = false;  // JSON, of which a reader puts keys and strings together
};

inline std::vector<Leak> single_leaks() {
    std::vector<Leak> all;
    for (auto& one : techniques())
        all.push_back({"one encoding or layout", one.name, one.write, {one.read.begin(), one.read.end()}});
    return all;
}

/// Invisible characters go between characters, not between the bytes of one.
inline bool cuts(const Code& outer, const Code& inner) {
    return outer.takes_ascii_only && inner.takes_ascii_only;
}

inline std::vector<Leak> nested_leaks() {
    std::vector<Leak> all;
    for (const auto& a : codes)
        for (const auto& b : codes)
            if (!cuts(b, a))
                all.push_back({"two encodings, one in the other",
                               std::string(b.name) + " of " + a.name,
                               [&a, &b](const std::string& t) { return b.write(a.write(t)); },
                               {b.read, a.read}});
    constexpr std::size_t size = std::size(codes);
    for (std::size_t i = 0; i < size * size * size; i += 11) {  // each code at each level, not each triple
        const auto& a = codes[i % size];
        const auto& b = codes[i / size % size];
        const auto& c = codes[i / size / size];
        if (cuts(b, a) || cuts(c, b) || cuts(c, a)) continue;
        all.push_back({"three encodings",
                       std::string(c.name) + " of " + b.name + " of " + a.name,
                       [&a, &b, &c](const std::string& t) { return c.write(b.write(a.write(t))); },
                       {c.read, b.read, a.read},
                       true,
                       3});
    }
    return all;
}

inline std::vector<Leak> piece_leaks() {
    std::vector<Leak> all;
    for (const std::size_t size : {1U, 2U, 3U, 4U, 5U, 6U, 8U, 10U, 12U, 15U, 20U, 22U})
        for (const std::string gap : {" ", "\n", "\r\n", "\t", ",", ", ", ";", "|", " | ", ".", ":", "/",
                                      "\\", "*", "', '", "-", "_"})
            all.push_back({"pieces of one length",
                           std::to_string(size) + " and " + Json(gap).dump(),
                           [size, gap](const std::string& t) { return between(t, gap, size); },
                           {[gap](const std::string& t) {
                               return without(t, [&](unsigned char c) {
                                   return gap.find(static_cast<char>(c)) != std::string::npos;
                               });
                           }}});
    return all;
}

inline std::vector<Leak> part_leaks() {
    std::vector<Leak> all;
    for (std::size_t at = 0; at <= 24; ++at)
        all.push_back({"24 characters of it",
                       "from the character " + std::to_string(at),
                       [at](const std::string& t) { return "id " + t.substr(at, 24) + "!"; },
                       {same}});
    return all;
}

/// `size` characters a field, in the ways in which messages have fields.
inline std::vector<Leak> field_leaks(std::size_t size, bool promised) {
    std::vector<Leak> all;
    const auto add = [&](const char* name, std::function<Json(const std::vector<std::string>&)> make) {
        all.push_back({promised ? "shared out over fields, 24 characters each"
                                : "shared out over fields, fewer than 24 each",
                       std::string(name) + ", " + std::to_string(size) + " each",
                       [make, size](const std::string& t) {
                           std::vector<std::string> parts;
                           for (std::size_t at = 0; at < t.size(); at += size)
                               parts.push_back(t.substr(at, size));
                           return make(parts).dump();
                       },
                       {[](const std::string& t) { return without_word(t, "\n-- \n"); }},
                       promised,
                       1,
                       true});
    };
    add("members", [](const auto& parts) {
        Json object;
        for (std::size_t i = 0; i < parts.size(); ++i) object["part" + std::to_string(i)] = parts[i];
        return object;
    });
    add("items", [](const auto& parts) { return Json(parts); });
    add("text blocks", [](const auto& parts) {
        Json content = Json::array();
        for (const auto& part : parts) content.push_back({{"text", part}});
        return Json{{"result", {{"content", content}}}};
    });
    add("nested keys", [](const auto& parts) {
        Json object = 1;
        for (auto part = parts.rbegin(); part != parts.rend(); ++part) object = Json{{*part, object}};
        return object;
    });
    add("keys and values in turn", [](const auto& parts) {
        Json list = Json::array();
        for (std::size_t i = 0; i < parts.size(); i += 2)
            list.push_back({{parts[i], i + 1 < parts.size() ? parts[i + 1] : ""}});
        return list;
    });
    add("lines of one string", [](const auto& parts) {
        std::string text;
        for (const auto& part : parts) text += part + "\n-- \n";
        return Json{{"log", text}};
    });
    return all;
}

inline std::vector<Leak> family_leaks() {
    std::vector<Leak> all;
    const auto add = [&](const std::string& group, const std::vector<Written>& family) {
        for (const auto& code : family) {
            all.push_back({group, code.name, code.write, {code.read}});
            all.push_back({group,
                           code.name + ", in base64",
                           [code](const std::string& t) { return base64(code.write(t)); },
                           {unbase64, code.read},
                           true,
                           2});
            all.push_back({group,
                           code.name + ", of base64 of hex",
                           [code](const std::string& t) { return code.write(base64(hex(t))); },
                           {code.read, unbase64, unhex},
                           true,
                           3});
        }
    };
    add("dumps in columns", dump_family());
    add("lists of numbers", number_family());
    add("events of a stream", stream_family());
    add("events of a stream", counted_stream_family());
    add("base58, ASCII85, Z85, base85, uuencode", large_digit_family());
    for (const auto& code : compressed_family()) {
        const auto compressed = [&](const std::string& name, auto write, std::vector<Read> read, int nested) {
            all.push_back({"compressed", code.name + name, write, std::move(read), true, nested});
        };
        compressed("", code.write, {code.read}, 2);
        compressed(
            ", in base64", [code](const std::string& t) { return base64(code.write(t)); },
            {unbase64, code.read}, 3);
        compressed(
            ", of hex", [code](const std::string& t) { return code.write(hex(t)); }, {code.read, unhex}, 3);
    }
    return all;
}

/// Other ways, which no one promises to stop: what is stopped of them is luck.
inline std::vector<Leak> unpromised_leaks() {
    std::vector<Leak> all = field_leaks(12, false);
    for (const auto& code : unpromised_codes())
        all.push_back({"other codes", code.name, code.write, {code.read}, false});
    for (const auto& a : {codes[0], codes[1], codes[11], codes[12]}) {
        const auto lines = [a](const std::string& t) {
            return policy::shown(fakes::as_sealed(between(base64(a.write(t)), "\n", 76)));
        };
        all.push_back({"lines, each too short, with visible marks between",
                       std::string("base64 of ") + a.name,
                       lines,
                       {unmarked, unbase64, a.read},
                       false});
    }
    for (const auto& a : {codes[0], codes[4], codes[5], codes[7]}) {
        const auto deep = [a](const std::string& t) { return a.write(a.write(base64(hex(t)))); };
        all.push_back({"four encodings",
                       std::string(a.name) + " twice, of base64 of hex",
                       deep,
                       {a.read, a.read, unbase64, unhex},
                       false});
    }
    return all;
}

inline std::vector<Leak> corpus() {
    std::vector<Leak> all;
    for (auto& part : {single_leaks(), nested_leaks(), piece_leaks(), part_leaks(), field_leaks(24, true),
                       family_leaks(), unpromised_leaks()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// True if 24 characters in a row of `token` can be read.
inline bool can_be_read(std::string text, const std::string& token, const std::vector<Read>& readers) {
    const auto unread = text;
    for (const auto& read : readers) text = read(text);
    const auto folded = lower(text + "\n" + unread);
    const auto wanted = lower(token);
    for (std::size_t at = 0; at + 24 <= wanted.size(); ++at)
        if (folded.find(wanted.substr(at, 24)) != std::string::npos) return true;
    return false;
}

}  // namespace tfy::leaks
