// A random value of any kind, encoded up to three times in random ways, or written in one of the ways that
// the table of leaks has, in a random message: no 24 of its characters can be read in what leaves (nor the
// whole of a shorter one). And a message without it leaves byte for byte.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction/redactor.hpp"
#include "policy/redaction/unicode.hpp"
#include "tests/policy/leak_codes.hpp"
#include "tests/policy/leak_compressed.hpp"
#include "tests/policy/leak_families.hpp"
#include "tests/policy/leak_kinds.hpp"
#include "tests/policy/leak_large_digits.hpp"

namespace {

using namespace tfy;
using namespace tfy::leaks;

/// Choices come from the end of the input, the text around the value from its start.
class Choices {
public:
    Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    unsigned next() { return size_ == 0 ? 0 : data_[--size_]; }
    std::string_view rest() const { return {reinterpret_cast<const char*>(data_), size_}; }

private:
    const std::uint8_t* data_;
    std::size_t size_;
};

void require(bool holds, const char* what, std::string_view token, const std::string& how) {
    if (holds) return;
    std::fprintf(stderr, "%s\n  token: %.*s\n  written as: %s\n", what, static_cast<int>(token.size()),
                 token.data(), how.c_str());
    std::abort();
}

struct Leak {
    std::string token;
    std::string text;
    std::vector<Read> readers;
    std::string how;

    void encode(const Written& code) {
        text = code.write(text);
        readers.insert(readers.begin(), code.read);
        how += std::string(how.empty() ? "" : ", in ") + code.name;
    }
    void encode(const Code& code) {
        if (code.takes_ascii_only && ascii_only(text) != text) return;
        encode(Written{code.name, code.write, code.read});
    }
    /// On lines of its own: what stands right beside a layout is a part of it.
    void encode(const Technique& technique) {
        text = "\n" + technique.write(text) + "\n";
        readers.assign(technique.read.begin(), technique.read.end());
        how = technique.name;
    }
    void check(std::string_view sealed) const {
        const auto secret = secret_of(token);
        const auto least = std::min<std::size_t>(secret.size(), 24);
        std::string read(sealed);
        for (const auto& reader : readers) read = reader(read);
        const auto seen = read + "\n" + std::string(sealed);
        require(readable_piece(seen, secret, {}, least).empty(), "it can be read", token, how);
    }
};

std::string standard_to_url(const std::string& digits) {
    auto text = digits;
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

bool takes_two_layouts(const Written& code) {
    return code.name == "od -c" || code.name == "curl --trace-ascii";
}

/// Codes of tools that take one level each.
const std::vector<Written>& tool_codes() {
    static const auto all = [] {
        std::vector<Written> made;
        for (const auto& family : {dump_family(), number_family()})
            for (const auto& code : family)
                if (!takes_two_layouts(code)) made.push_back(code);
        for (auto& code : made)  // a dump begins a line, whatever stands before it
            code.write = [write = code.write](const std::string& text) { return "\n" + write(text); };
        return made;
    }();
    return all;
}

/// Codes that hold ASCII, and values from 24 characters on.
const std::vector<Written>& large_digit_codes() {
    static const auto all = [] {
        auto made = large_digit_family();
        for (auto& code : made)  // no other digits beside base58, uuencode at a line's begin
            code.write = [write = code.write](const std::string& text) { return "\n" + write(text) + " "; };
        return made;
    }();
    return all;
}
bool takes(const Written& code, const std::string& text, const std::string& token) {
    constexpr std::size_t longest_base58 = 2900;
    const bool of_token = ascii_only(text) == text || ascii_only(token) != token;
    return of_token && (token.size() < 16 || token.size() >= 24) &&
           !(code.name.starts_with("base58") && text.size() > longest_base58);
}

/// Of the three levels each takes two.
const std::vector<Written>& compressions() {
    static const auto all = compressed_family();
    return all;
}

/// Ways for a value of letters and digits that take all three levels, or may.
const std::vector<Technique>& whole_ways() {
    static const auto all = [] {
        auto made = techniques();
        made.push_back({"a JWT's signature in base64",
                        [](const std::string& t) {
                            auto text = t;
                            const auto signature =
                                text.begin() + static_cast<std::ptrdiff_t>(t.rfind('.') + 1);
                            std::replace(signature, text.end(), '-', '+');
                            std::replace(signature, text.end(), '_', '/');
                            return text;
                        },
                        {standard_to_url}});
        return made;
    }();
    return all;
}
/// A JWT or an opaque token.
bool has_whole_ways(unsigned kind) { return kind % kinds == 0 || kind % kinds == 1 || kind % kinds == 10; }

/// Who undoes the outermost step of a technique.
std::vector<Reader> readers_of(std::string_view step) {
    if (step == "escapes") return {unpercent, unjson, unhtml, unslash};
    if (step == "quoted-printable") return {unquoted_printable};
    if (step == "look-alikes") return {ascii_only, unmoved};
    if (step == "tag characters") return {unmoved};
    if (step == "pieces") return {unblank, unpunctuated, undotted};
    if (step == "hyphens") return {undotted};
    if (step == "reversed") return {unreversed};
    if (step == "base64") return {unbase64, [](const std::string& t) { return unbase64(unblank(t)); }};
    if (step == "base32") return {unbase32};
    if (step == "columns") return {same};
    if (step == "literals") return {unjoined};
    if (step == "base64url") return {standard_to_url};
    if (step == "base58") return {unbase58};
    if (step == "uuencode") return {unuuencoded};
    if (step == "base85")
        return {[](const std::string& t) { return unbase85(t, ascii85_digits); },
                [](const std::string& t) { return unbase85(t, z85_digits); },
                [](const std::string& t) { return unbase85(t, rfc1924_digits); }};
    if (step == "compressed") return {uninflated, unzstd};
    if (step == "numbers")
        return {[](const std::string& t) { return unlisted(t, 10); },
                [](const std::string& t) { return unlisted(t, 8); },
                [](const std::string& t) { return unradix(unblank(t), 1, "01"); }};
    return {unhex, unhex_pairs};
}

/// As windows are compared: the bit that tells small letters from capitals is lost, in every byte.
std::string without_case(std::string_view text) {
    return each(text, [](char c, std::size_t) { return std::string(1, static_cast<char>(c & '\xdf')); });
}

/// What was found is the value itself: the fuzzer has copied it, or its code, out of a comparison.
bool is_value(const std::string& found, const std::string& token, std::string_view technique) {
    const auto piece = std::min<std::size_t>(token.size(), 16);
    if (!readable_piece(without_case(found), without_case(token), {}, piece).empty()) return true;
    if (technique.empty() || technique == "plain") return false;
    const auto step = technique.substr(0, technique.find(", "));
    technique.remove_prefix(std::min(step.size() + 2, technique.size()));
    return std::ranges::any_of(readers_of(step),
                               [&](Reader read) { return is_value(read(found), token, technique); });
}

void check_unchanged(const redaction::Redactor& redactor, std::string_view text, const std::string& token) {
    const auto repaired = redaction::repaired_utf8(text);
    const auto findings = redactor.find(repaired);
    if (!findings) return;  // withheld
    for (const auto& [begin, end, name, technique, unfinished] : *findings) {
        const bool right =
            technique.ends_with("shape") || is_value(repaired.substr(begin, end - begin), token, technique);
        require(right, "found where it is not", token, technique);
    }
    if (!findings->empty()) return;
    require(redactor.seal_text(text).text() == repaired, "text was changed", token, "");
    const Json message = {{"text", repaired}, {repaired, 1}};
    require(redactor.seal(message).text() == message.dump(), "a message was changed", token, "");
}

void encode_up_to_three_times(Leak& leak, Choices& choices) {
    for (auto levels = choices.next() % 4; levels > 0; --levels) {
        auto choice = choices.next() % (std::size(codes) + tool_codes().size() + compressions().size() +
                                        large_digit_codes().size());
        if (choice < std::size(codes)) {
            leak.encode(codes[choice]);
            continue;
        }
        choice -= static_cast<unsigned>(std::size(codes));
        if (choice < tool_codes().size()) {
            leak.encode(tool_codes()[choice]);
            continue;
        }
        choice -= static_cast<unsigned>(tool_codes().size());
        if (choice < large_digit_codes().size()) {
            const auto& code = large_digit_codes()[choice];
            if (takes(code, leak.text, leak.token)) leak.encode(code);
        } else if (levels > 1) {
            leak.encode(compressions()[choice - large_digit_codes().size()]);
            --levels;
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Choices choices(data, std::min<std::size_t>(size, 4096));
    const auto kind = choices.next();
    const auto token = token_of_kind(kind, choices.next() << 8U | choices.next());
    const auto redactor = redactor_for({{"fuzzed", token}});
    Leak leak{token, token, {}, ""};
    if (has_whole_ways(kind) && choices.next() % 2 == 0)
        leak.encode(whole_ways()[choices.next() % whole_ways().size()]);
    else
        encode_up_to_three_times(leak, choices);
    const auto cut = choices.next();
    const auto around = choices.rest();
    const auto before = around.substr(0, std::min<std::size_t>(cut, around.size()));
    const auto text = std::string(before) + leak.text + std::string(around.substr(before.size()));

    leak.check(redactor.seal_text(text).text());
    const auto message = Json::parse(redactor.seal({{"text", text}, {text, 1}}).text());
    for (const auto& [key, value] : message.items()) {
        leak.check(key);
        if (value.is_string()) leak.check(value.get<std::string>());
    }
    check_unchanged(redactor, around, token);
    return 0;
}
