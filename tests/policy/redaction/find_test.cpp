// Where a text holds something and how it was written there; and what the fast way to write JSON writes.
#include <doctest/doctest.h>

#include "policy/redaction/index.hpp"
#include "policy/redaction/repaired_text.hpp"
#include "policy/redaction/unicode.hpp"
#include "tests/policy/leak_codes.hpp"
#include "tests/policy/leak_kinds.hpp"

namespace tfy::find_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

const std::string token = opaque_token(1, 48);

/// The text with a mark for each finding: what a filter would do that keeps all other bytes.
std::string marked(std::string_view text, const std::vector<redaction::Match>& findings) {
    std::string out;
    std::size_t at = 0;
    for (const auto& finding : findings) {
        out.append(text.substr(at, finding.begin - at))
            .append(finding.token.empty() ? "[redacted:access-token]"
                                          : "[redacted:access-token " + finding.token + "]");
        at = finding.end;
    }
    return out.append(text.substr(at));
}

Json random_json(std::mt19937_64& random, int depth) {
    static constexpr char bytes[] = "ab \"\\\n\t\x01\x1f\x7f/,:{}[]0";
    switch (random() % (depth == 0 ? 6 : 8)) {
        case 0:
            return random_text(random, random() % 70, {bytes, sizeof bytes - 1}) +
                   "gr\u00fc\u00df \U0001f600";
        case 1: return random_text(random, random() % 40, "abc def");
        case 2: return static_cast<std::int64_t>(random());
        case 3: return random();
        case 4: return static_cast<double>(random() % 1000) / 7;
        case 5: return random() % 3 == 0 ? Json(nullptr) : Json(random() % 2 == 0);
        case 6: {
            Json list = Json::array();
            for (auto size = random() % 4; size > 0; --size) list.push_back(random_json(random, depth - 1));
            return list;
        }
        default: {
            Json object = Json::object();
            for (auto size = random() % 4; size > 0; --size)
                object[random_text(random, random() % 20, {bytes, sizeof bytes - 1})] =
                    random_json(random, depth - 1);
            return object;
        }
    }
}

}  // namespace

TEST_CASE("a finding says where, whose and how it was written") {
    const auto redactor = redactor_for({{"ci", token}});
    struct Row {
        std::string text;
        std::string found;
        std::string technique;
    };
    const std::string key = "tfy-aB3xY9_kQ7mZ2-pL5nR8wT1vC4s";
    const Row rows[] = {
        {token, token, "plain"},
        {upper(token), upper(token), "plain"},
        {hex(token), hex(token), "hex"},
        {base64url(hex(token)), base64url(hex(token)), "base64, hex"},
        {as(token, "%%%02x"), as(token, "%%%02x"), "escapes"},
        {reversed(token), reversed(token), "reversed"},
        {between(token, "\u200b"), between(token, "\u200b"), "look-alikes"},
        {as(token, "=%02X"), as(token, "=%02X"), "quoted-printable"},
        {moved(token, 0xe0000), moved(token, 0xe0000), "tag characters"},
        {between(token, " ", 4), between(token, " ", 4), "pieces"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.technique);
        const auto findings = redactor.find("(: " + row.text + " :)");
        REQUIRE(findings.has_value());
        REQUIRE(findings->size() == 1);
        CHECK(findings->front().begin == 3);
        CHECK(findings->front().end == 3 + row.found.size());
        CHECK(findings->front().token == "ci");
        CHECK(findings->front().technique == row.technique);
    }
    // The first piece has the text before it for a neighbour, and another length than the rest.
    const auto hyphens = redactor.find("(: " + between(token, "-", 4) + " :)");
    REQUIRE(hyphens->size() == 1);
    CHECK(hyphens->front().technique == "hyphens");
    const auto shape = redactor.find("key=" + key);
    REQUIRE(shape->size() == 1);
    CHECK(shape->front().token == "");
    CHECK(shape->front().technique == "shape");
    CHECK(redactor.find("nothing here")->empty());
}

TEST_CASE("findings are places in the bytes that were given, also where they are no UTF-8") {
    const auto redactor = redactor_for({{"ci", token}});
    const std::string text = "\xff\xc3" + token + "\xfe\xfe; " + between(token, "\xff", 3) + "\x80";
    const auto findings = redactor.find(text);
    REQUIRE(findings.has_value());
    CHECK(marked(text, *findings) ==
          "\xff\xc3[redacted:access-token ci]\xfe\xfe; [redacted:access-token ci]\x80");
}

TEST_CASE("where a value can be read in several ways, the simplest is told") {
    const auto redactor = redactor_for({{"ci", token}});
    const std::string texts[] = {"\xff" + token + "\r\n%zz %41", "\x1b[1m" + token + "\x1b[0m &amp;",
                                 "gr\u00fc\u00df " + token};
    for (const auto& text : texts) {
        const auto findings = redactor.find(text);
        REQUIRE(findings->size() == 1);
        CHECK(findings->front().technique == "plain");
    }
}

TEST_CASE("a repaired text knows where its bytes came from") {
    std::mt19937_64 random(9);
    for (int round = 0; round < 500; ++round) {
        const auto source = random_text(random, random() % 40, "ab\xc3\xa9\xff\x80");
        const redaction::RepairedText repaired(source);
        CHECK(repaired.text() == redaction::repaired_utf8(source));
        std::size_t at = 0;
        for (std::size_t i = 0; i < source.size(); ++i) {
            CHECK(repaired.source(at) == i);
            at += repaired.text().substr(at, 3) == "\ufffd" ? 3 : 1;
        }
        CHECK(repaired.source(at) == source.size());
    }
}

TEST_CASE("marks in the place of findings are what sealing writes") {
    std::mt19937_64 random(10);
    for (int round = 0; round < 200; ++round) {
        const auto value = token_of_kind(static_cast<unsigned>(round), static_cast<unsigned>(round));
        const auto redactor = redactor_for({{"ci", value}});
        const auto& code = codes[random() % std::size(codes)];
        if (code.takes_ascii_only && ascii_only(value) != value) continue;
        const auto text = random_text(random, random() % 60, "ab c,\u00e9-9") + code.write(value) +
                          random_text(random, random() % 60, "xyz /=");
        const auto valid = redaction::repaired_utf8(text);
        const auto findings = redactor.find(valid);
        REQUIRE(findings.has_value());
        CHECK(!findings->empty());
        CHECK(marked(valid, *findings) == redactor.seal_text(valid).text());
    }
}

TEST_CASE("who cannot say what a text holds finds nothing, and says so") {
    const auto redactor = redactor_for({{"ci", token}});
    const auto bomb = decoding_bomb(100'000);
    CHECK(!redactor.find(bomb).has_value());
    CHECK(redactor.seal_text(bomb).text() == "[redacted:over-budget]");
    // What a message may not cost, a file may.
    std::string dense;
    while (dense.size() < 1'000'000) dense += "=41%41&#65;\\u0041\u200b-_";
    CHECK(redactor.seal_text(dense).text() == "[redacted:over-budget]");
    CHECK(redactor.find(dense)->empty());
}

TEST_CASE("a message without a value is written as Json::dump writes it") {
    const auto redactor = redactor_for({{"ci", token}});
    std::mt19937_64 random(11);
    for (int round = 0; round < 1000; ++round) {
        const auto message = random_json(random, 4);
        CHECK(redactor.seal(message).text() == message.dump());
    }
    for (const auto& message :
         {Json::array(), Json::object(), Json(1e300), Json(-0.0), Json(INT64_MIN), Json(UINT64_MAX)})
        CHECK(redactor.seal(message).text() == message.dump());
}

TEST_CASE("a registered token takes less than 2 kB of memory") {
    std::vector<redaction::TokenFingerprints> opaque;
    std::vector<redaction::TokenFingerprints> jwts;
    for (unsigned i = 0; i < 2000; ++i) {
        opaque.push_back(redaction::fingerprint(opaque_token(i, 48), "token", a_key()));
        jwts.push_back(redaction::fingerprint(
            jwt_token(i, "https://login.example.com/" + opaque_token(i, 270)), "token", a_key()));
    }
    CHECK(redaction::Index(a_key(), opaque).bytes() / opaque.size() < 200);
    CHECK(redaction::Index(a_key(), jwts).bytes() / jwts.size() < 2000);
}

}  // namespace tfy::find_test
