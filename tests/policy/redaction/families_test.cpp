// The codes of tools, with values of every kind, at three nestings.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/policy/leak_between.hpp"
#include "tests/policy/leak_codes.hpp"
#include "tests/policy/leak_compressed.hpp"
#include "tests/policy/leak_dumps.hpp"
#include "tests/policy/leak_families.hpp"
#include "tests/policy/leak_kinds.hpp"
#include "tests/policy/leak_large_digits.hpp"
#include "tests/policy/leak_quoted.hpp"

namespace tfy::families_test {

using namespace tfy::leaks;

namespace {

struct Nesting {
    std::string name;
    std::function<std::string(const std::string&)> write;
    std::vector<Read> read;
};

std::vector<Nesting> nestings(const Written& code) {
    using S = const std::string&;
    const auto w = code.write;
    const auto r = code.read;
    return {{"alone", w, {r}},
            {"in base64", [w](S t) { return base64(w(t)); }, {unbase64, r}},
            {"of base64", [w](S t) { return w(base64(t)); }, {r, unbase64}},
            {"in hex, of base64", [w](S t) { return hex(w(base64(t))); }, {unhex, r, unbase64}},
            {"of base64 of hex", [w](S t) { return w(base64(hex(t))); }, {r, unbase64, unhex}},
            {"in base64 of hex", [w](S t) { return base64(hex(w(t))); }, {unbase64, unhex, r}}};
}

std::string left_of(const std::string& sealed, const std::string& token, const std::vector<Read>& readers) {
    auto read = sealed;
    for (const auto& reader : readers) read = reader(read);
    const auto secret = secret_of(token);
    return readable_piece(read + "\n" + sealed, secret, {}, std::min<std::size_t>(secret.size(), 24));
}

bool has_other_than_ascii(const std::string& text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// Each code with each kind of value but one, in one of its nestings in turn: six kinds together have all.
void check_family(const std::vector<Written>& family, bool in_large_digits = false,
                  unsigned left_out = kinds) {
    for (unsigned kind = 0; kind < kinds; ++kind) {
        if (kind == left_out) continue;
        auto token = token_of_kind(kind, kind + 100);
        if (in_large_digits && token.size() < 24) token.resize(15);  // from 16 to 23 nothing is promised
        const auto redactor = redactor_for({{"ci", token}, {"other", opaque_token(99)}});
        std::size_t turn = kind;
        for (const auto& code : family) {
            const auto all = nestings(code);
            const auto& nesting = all[++turn % all.size()];
            if (kind == 0 && turn % 4 != 0) continue;  // a JWT takes a hundred times as long
            CAPTURE(kind);
            CAPTURE(code.name);
            CAPTURE(nesting.name);
            CAPTURE(token);
            const auto leak = nesting.write(token);
            CHECK(left_of(leak, token, nesting.read) != "");
            CHECK(left_of(std::string(redactor.seal_text(leak).text()), token, nesting.read) == "");
        }
    }
}

}  // namespace

TEST_CASE("dumps in columns hide no value") { check_family(dump_family()); }

TEST_CASE("dumps hide no value in a second format, between empty lines or behind short offsets") {
    check_family(double_dump_family());
}

TEST_CASE("dumps hide no value where each line has something in front") {
    for (unsigned kind = 1; kind < kinds; ++kind) {
        const auto token = token_of_kind(kind, kind + 100);
        if (token.size() < 24) continue;  // one line has it all
        const auto redactor = redactor_for({{"ci", token}});
        for (const auto& code : dump_family())
            for (const std::string front :
                 {"> ", "+", "| ", "// ", "2026-11-29T12:00:00Z INFO ", "app_1  | ", "dump.txt:12:"}) {
                const bool of_characters = code.name == "od -c" || code.name == "curl --trace-ascii";
                if (of_characters || code.name == "xxd -c 32") continue;
                std::string leak;
                std::istringstream lines(code.write(token));
                for (std::string line; std::getline(lines, line);) leak += front + line + "\n";
                const auto out = std::string(redactor.seal_text("A dump:\n" + leak + "end\n").text());
                CAPTURE(leak);
                CHECK(out.find("[redacted:access-token ci]") != std::string::npos);
                CHECK(out.starts_with("A dump:\n" + front));
                CHECK(out.ends_with("end\n"));
            }
    }
}

TEST_CASE("a stream hides no value that it sends piece by piece") {
    constexpr unsigned of_digits_only = 9;  // which may be counters themselves
    check_family(stream_family());
    check_family(counted_stream_family(), false, of_digits_only);
}

TEST_CASE("symbols, names of them and terminal sequences between characters hide no value") {
    check_family(between_family());
}

TEST_CASE("escapes that lines cut, and other notations of code points, hide no value") {
    check_family(broken_escapes());
    check_family(code_point_family());
}

TEST_CASE("lists of numbers hide no value") { check_family(number_family()); }

TEST_CASE("numbers among other words hide no value") { check_family(word_family()); }

TEST_CASE("characters between quotes hide no value, whatever is beside them") {
    check_family(quoted_family());
}

TEST_CASE("code points with blanks between them hide no value where lines cut them") {
    for (unsigned kind = 1; kind < kinds; ++kind) {
        const auto token = token_of_kind(kind, kind + 100);
        if (has_other_than_ascii(token)) continue;  // as_characters() leaves that as it is
        const auto redactor = redactor_for({{"ci", token}});
        for (const std::size_t length : {20U, 64U, 76U}) {
            const auto leak = in_lines(as_characters(token, "U+%04X "), length, "\n");
            CAPTURE(kind);
            CAPTURE(leak);
            const auto sealed = std::string(redactor.seal_text(leak).text());
            CHECK(sealed.find("[redacted:access-token ci]") != std::string::npos);
            const auto left = unnoted(with_each(with_each(sealed, "\n", ""), " ", ""));
            CHECK(readable_piece(left, secret_of(token), {}, 24) == "");
        }
    }
}

TEST_CASE("pieces of one length hide no value that holds separators itself") {
    for (unsigned seed = 0; seed < 8; ++seed) {
        std::mt19937_64 random(seed);
        const auto odd = token_of_kind(5, seed);
        const auto signature = base64(random_text(random, 90, std::string("\xff\xfe\x7f aZ\x03", 7)));
        for (const auto& token : {odd, signature, base64(deflated(token_of_kind(1, seed), gzip_header))}) {
            const bool packed = token != odd && token != signature;
            const auto redactor = redactor_for({{"ci", packed ? token_of_kind(1, seed) : token}});
            std::vector<std::string> leaks = {between(token, "\n", 9), between(token, "\r\n    ", 12),
                                              "+" + between(token, "\n+", 20),
                                              "- " + between(token, "\n- ", 15)};
            if (!packed)
                leaks.insert(leaks.end(), {between(token, " "), between(token, "\u3000"),
                                           between(token, "\n"), "+" + between(token, "\n+")});
            if (token != odd) leaks.push_back("[\"" + between(token, "\",\"", 10) + "\"]");
            if (token != odd) leaks.push_back("[\n  \"" + between(token, "\",\n  \"", 8) + "\"\n]");
            for (const auto& leak : leaks) {
                CAPTURE(leak);
                const std::string out(redactor.seal_text("It: " + leak + " .").text());
                CHECK(out.starts_with("It: "));
                CHECK(out.ends_with(" ."));
                const auto read = without(out, [](unsigned char c) {
                    return std::string_view(" \r\n+-\"[]\u3000").find(static_cast<char>(c)) !=
                           std::string_view::npos;
                });
                CHECK(out.find("[redacted:access-token ci]") != std::string::npos);
                const auto left =
                    with_each(without(token,
                                      [](unsigned char c) {
                                          return std::string_view("+-\"[]").find(static_cast<char>(c)) !=
                                                 std::string_view::npos;
                                      }),
                              "\n", "");
                for (std::size_t at = 0; at + 24 <= left.size(); ++at)
                    REQUIRE(read.find(left.substr(at, 24)) == std::string::npos);
            }
        }
    }
}

TEST_CASE("codes of 58 and 85 digits and uuencode hide no value") {
    check_family(large_digit_family(), true);
}

TEST_CASE("what is compressed hides no value") {
    for (unsigned kind = 0; kind < kinds; ++kind) {
        const auto token = token_of_kind(kind, kind + 100);
        const auto redactor = redactor_for({{"ci", token}, {"other", opaque_token(99)}});
        for (const auto& code : compressed_family())
            for (const auto& leak :
                 {code.write(token), hex(code.write(token)), code.write(base64("k=" + token))}) {
                CAPTURE(kind);
                CAPTURE(code.name);
                CAPTURE(leak);
                const std::string out(redactor.seal_text("Log: " + leak + " end").text());
                CHECK(out.starts_with("Log: "));
                CHECK(out.find("[redacted:access-token ci]") != std::string::npos);
                CHECK(out.ends_with(" end"));
            }
    }
}

TEST_CASE("a compressed value is found in a JSON list of bytes, and where a stream is cut short") {
    const auto token = opaque_token(6);
    const auto redactor = redactor_for({{"ci", token}});
    const auto packed = deflated(amid(token), gzip_header);
    Json list = Json::array();
    for (const char c : packed) list.push_back(static_cast<unsigned char>(c));
    CHECK(redactor.seal({{"data", list}}).text().find("[redacted:access-token ci]") != std::string::npos);
    const auto cut = base64(packed.substr(0, packed.size() - 9));
    CHECK(redactor.seal_text(cut).text().find("[redacted:access-token ci]") != std::string::npos);
}

TEST_CASE(
    "compressed text without a value stays; of what inflates to far more than its size no one can say") {
    const auto token = opaque_token(6);
    const auto redactor = redactor_for({{"ci", token}});
    std::string log;
    for (unsigned i = 0; i < 2000; ++i) log += "12:00 INFO deployed " + opaque_token(i + 7, 30) + "\n";
    for (const auto& code : compressed_family()) {
        const auto text = code.write(log);
        CAPTURE(code.name);
        CHECK(redactor.seal_text(text).text() == text);
    }
    const std::string zeros(48U << 20U, '\0');
    const auto bomb = base64(deflated(zeros, gzip_header, 9));
    CHECK(redactor.seal_text(bomb).text() == "[redacted:over-budget]");
    CHECK(redactor.seal_text(base64(zstd_compressed(zeros))).text() == "[redacted:over-budget]");
    const auto picture = base64("\x89PNG\r\n\x1a\n....IHDR.........IDAT" + deflated(zeros, zlib_header, 9));
    CHECK(redactor.seal_text(picture).text() == picture);
}

TEST_CASE("binary digits hide no value between other digits") {
    const auto token = opaque_token(6, 40);
    const auto redactor = redactor_for({{"ci", token}});
    for (const std::string before : {"", "0", "x01", "a1101", "0110011", "2"})
        for (const std::string behind : {"", "1", "01x", "f0"}) {
            const auto out = std::string(redactor.seal_text(before + in_binary(token, "") + behind).text());
            CAPTURE(before);
            CHECK(out.find("[redacted:access-token ci]") != std::string::npos);
            CHECK(out.size() < 100);
        }
}

TEST_CASE("binary numbers hide no value right beside a letter") {
    const std::string token = "fQ7z1K";
    const auto redactor = redactor_for({{"ci", token}});
    for (const std::string before : {"", "a", "x1", "b0110", "0"})
        for (const std::string behind : {"", "b", "1", "0f"})
            for (const std::size_t bytes : {1U, 2U, 3U}) {
                const auto list = between(in_binary(token, ""), " ", 8 * bytes);
                CAPTURE(before + list + behind);
                const auto out = std::string(redactor.seal_text(before + list + behind).text());
                CHECK(out.find("[redacted:access-token ci]") != std::string::npos);
            }
}

TEST_CASE("digits in a dump's column of text are no cells") {
    const auto token = token_of_kind(4, 23795);  // hex with hyphens
    const auto redactor = redactor_for({{"ci", token}});
    const auto dumps = dump_family();
    const auto dumped_by = [&](const std::string& name, const std::string& text) {
        return std::ranges::find(dumps, name, &Written::name)->write(text);
    };
    const auto out = redactor.seal_text(dumped_by("xxd -e", dumped_by("xxd -g1", token)));
    CHECK(out.text().find("[redacted:access-token ci]") != std::string::npos);
}

TEST_CASE("lists of numbers hide no value right beside a letter or a digit") {
    const std::string token = "fQ7z1K";
    const auto redactor = redactor_for({{"ci", token}});
    for (const auto* cell : {"%u ", "%o, ", "%02x ", "0x%x,", "%u\n"})
        for (const std::string before : {"x", "ab", "0x", "f", "Id"})
            for (const std::string behind : {"", "b", "x1"}) {
                auto list = as(token, cell);
                while (std::string_view(" ,\n").find(list.back()) != std::string_view::npos) list.pop_back();
                const auto out = std::string(redactor.seal_text(before + list + behind).text());
                CAPTURE(before + list + behind);
                CHECK(out.find("[redacted:access-token ci]") != std::string::npos);
            }
}

TEST_CASE("digits of base85 hide no value right beside other digits, in short lines, or at any place") {
    for (const std::string token :
         {"fQ7z1K", "Ya4mnts57PApd", "Ya4mnts57PApdouF2WC9qRb3", "aB3xY9kQ7mZ2pL5nR8wT1vC4sD6fG0h"}) {
        const auto redactor = redactor_for({{"ci", token}});
        for (const auto& digits : {ascii85_digits, z85_digits, rfc1924_digits})
            for (const std::string inside : {"", "\x01", "k=", "\x80\x02\x03", "the key "})
                for (const std::string beside : {"", "a", "00", "ABC", "aBcD", "1234567"}) {
                    if (digits == z85_digits && (inside + token).size() % 4 != 0) continue;
                    const auto code = base85(inside + token, digits);
                    CAPTURE(beside + code + beside);
                    CAPTURE(inside);
                    for (const auto& text :
                         {beside + code + beside, between(beside + code, "\n", 76),
                          between(code, "\r\n  ", 17) + "\n\u00e9", base64(code + beside)}) {
                        const auto out = std::string(redactor.seal_text("It: " + text + " .").text());
                        CAPTURE(text);
                        CHECK(out.find("[redacted:access-token ci]") != std::string::npos);
                        CHECK(out.starts_with("It: "));
                        CHECK(out.ends_with(" ."));
                    }
                }
    }
}

TEST_CASE("what is compressed is found in uuencode") {
    const auto token = opaque_token(6);
    const auto redactor = redactor_for({{"ci", token}});
    for (const auto& packed :
         {deflated(amid(token), gzip_header), deflated(token, zlib_header), zstd_compressed(amid(token))})
        for (const auto& code :
             {"begin 644 a.gz\n" + uuencoded(packed, '`') + "`\nend\n", "\n" + uuencoded(packed, ' ')}) {
            CAPTURE(code);
            CHECK(redactor.seal_text("It: " + code).text().find("[redacted:access-token ci]") !=
                  std::string::npos);
        }
}

TEST_CASE("a JWT's signature hides in no other code of its bytes") {
    std::mt19937_64 random(5);
    std::string bytes;
    while (bytes.size() < 256) bytes += static_cast<char>(random() & 0xffU);
    const auto unsigned_token = jwt_token(5);
    const auto token = unsigned_token.substr(0, unsigned_token.rfind('.') + 1) + base64url(bytes);
    const auto redactor = redactor_for({{"ci", token}});
    const auto standard = base64(bytes);
    const auto half = standard.size() / 2 + 1;
    const auto numbers = as(bytes, "%u,");
    const auto casts = as(bytes, "(byte)0x%02x, ");
    for (const auto& leak : {standard, hex(bytes), numbers, casts, between(standard, "\n", 12),
                             base64(hex(bytes)), base64(standard), hex(bytes.substr(1)),
                             hex(bytes.substr(100, 40)), "\"" + between(standard, "\" + \"", 50) + "\""}) {
        const auto out = std::string(redactor.seal_text("sig " + leak + " end").text());
        CAPTURE(leak);
        CHECK(out.find("[redacted:access-token ci]") < 12);  // up to two bytes before a group of three stay
        CHECK(out.size() < 100);
    }
    Json list = Json::array();
    for (const char c : bytes) list.push_back(static_cast<unsigned char>(c));
    const Json fields = {{"a", standard.substr(0, half)},
                         {"b", standard.substr(half)},
                         {"c", hex(bytes.substr(0, 77))},
                         {"d", hex(bytes.substr(77))},
                         {"e", list}};
    const auto sealed = Json::parse(redactor.seal(fields).text());
    for (const auto& [key, value] : sealed.items()) {
        CAPTURE(key);
        CHECK(value.dump().find("[redacted:access-token ci]") != std::string::npos);
        CHECK(value.dump().size() < 64);
    }
}

TEST_CASE("values of all kinds are found backwards, also in codes") {
    for (unsigned kind = 0; kind < kinds; ++kind) {
        const auto token = token_of_kind(kind, kind + 100);
        const auto redactor = redactor_for({{"ci", token}});
        const auto ascii = ascii_only(token) == token;
        for (const auto& leak :
             {ascii ? reversed(token) : token, reversed(base64(token)), base64(reversed(hex(token))),
              reversed(as(token, "%%%02X")), hex(reversed(base64(token)))}) {
            CAPTURE(kind);
            CAPTURE(leak);
            CHECK(std::string(redactor.seal_text(leak).text()).find("[redacted:access-token ci]") !=
                  std::string::npos);
        }
    }
}

TEST_CASE("numbers in a message's JSON hide no value; the others stay") {
    for (unsigned kind = 0; kind < kinds; ++kind) {
        const auto token = token_of_kind(kind, kind + 100);
        const auto redactor = redactor_for({{"ci", token}});
        for (const auto& text : {token, base64(token), hex(base64("k=" + token))}) {
            Json list = {1, 2, 250};
            Json object = Json::object();
            for (std::size_t i = 0; i < text.size(); ++i) {
                list.push_back(static_cast<unsigned char>(text[i]));
                object[std::to_string(i)] = static_cast<unsigned char>(text[i]);
            }
            list.push_back(10);
            const Json message = {{"data", list}, {"of", object}};
            const auto sealed = Json::parse(redactor.seal(message).text());
            CAPTURE(kind);
            CHECK(sealed["data"].size() <= 16);  // of what is beside the value in hex of base64, some is left
            CHECK(sealed["data"][0] == 1);
            CHECK(sealed["data"].back() == 10);
            CHECK(sealed["of"] == "[redacted:access-token ci]");
            CHECK(redactor.scrub(message) == sealed);
        }
    }
}

}  // namespace tfy::families_test
