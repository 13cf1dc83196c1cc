// What is beside a value stays, byte for byte, also where nothing tells them apart but the value itself.
#include <doctest/doctest.h>

#include "policy/redaction/window_hash.hpp"
#include "tests/policy/leak_codes.hpp"
#include "tests/policy/leak_kinds.hpp"

namespace tfy::value_end_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

const std::string mark = "[redacted:access-token ci]";

std::string sealed(const std::string& token, std::string_view text) {
    return std::string(redactor_for({{"ci", token}}).seal_text(text).text());
}

std::string trimmed(std::string text) {
    text.erase(0, text.find_first_not_of(' '));
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

/// A code of which the neighbours' characters are its own digits.
struct Tight {
    const char* name;
    std::string (*write)(const std::string&);
    std::string_view digits;
};

const Tight tight[] = {
    {"plain", [](const std::string& text) { return text; }, base64url_digits},
    {"base64", [](const std::string& text) { return base64(text, false); }, base62},
    {"base64url", [](const std::string& text) { return base64url(text); }, base64url_digits},
    {"hex", [](const std::string& text) { return hex(text); }, "0123456789abcdef"},
    {"base32",
     [](const std::string& text) { return radix(text, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8, false); },
     "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"},
    {"base64 of hex", [](const std::string& text) { return base64(hex(text), false); }, base62},
    {"hex of base64", [](const std::string& text) { return hex(base64(text, false)); }, "0123456789abcdef"},
};

}  // namespace

TEST_CASE("where a whole value stands, the mark covers it and nothing else") {
    const auto token = opaque_token(1, 45);  // of a length at which the last two windows overlap
    const auto jwt = jwt_token(1, "https://acme.truefoundry.cloud");
    const auto key = "tfy-" + opaque_token(2, 41);
    struct Row {
        const char* name;
        std::string token;
        std::string before;
        std::string value;
        std::string behind;
    };
    const Row rows[] = {
        {"words around", token, "abcdefghij", token, "klmnopqrst"},
        {"a JWT in words", jwt, "abcdefghij", jwt, "klmnopqrst"},
        {"a word like a JWT's before one", jwt, "eyJabc_eyJ", jwt, "-eyJ"},
        {"a word like a JWT's before another value", token, "eyJabc.", token, ".eyJ"},
        {"a key in words", key, "abcdefghij", key, "klmnopqrst"},
        {"a key before words", key, "", key, "klmnopqrst"},
        {"base64 before words", token, "", base64(token), "klmnopqrst"},
        {"padded base64 before words", opaque_token(1, 46), "", base64(opaque_token(1, 46), false),
         "==klmnopqrst"},
        {"base64 before a line", token, "v: ", base64(token), "\nTheNextLineOfWords, and more"},
        {"base64 before short lines", token, "v: ", base64(token), "\r\n  next\r\n  one"},
        {"base64 behind a line", token, "v: TheLineBeforeItHasWords\n", base64(token), "\nnext"},
        {"base64 over lines", token, "v: ", between(base64(token), "\n", 20), "\nTheNextLineOfWords"},
        {"a JWT in base64 before a line", jwt, "v: ", base64(jwt, false), "\nTheNextLineOfWords"},
        {"hex before hex", token, "cafe", hex(token), "deadbeef"},
        {"hex with colons before more", token, "", as(token, "%02x:"), "de:ad:be:ef:00"},
        {"escapes before words", token, "%61b", as(token, "%%%02x"), "kl%6dnopqrst"},
        {"look-alikes", token, "abcdefghij", between(token, "\u200b"), "klmnopqrst"},
        {"backwards", token, "abcdefghij", reversed(token), "klmnopqrst"},
        {"a short value", opaque_token(3, 17), "abcdefghij", opaque_token(3, 17), "klmnopqrst"},
        {"the shortest value of two windows in base64", opaque_token(3, 18), "", base64(opaque_token(3, 18)),
         "klmnopqrst"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        // The separator behind the last pair of digits is no part of them.
        const auto behind = row.value.ends_with(':') ? ":" + row.behind : row.behind;
        CHECK(sealed(row.token, row.before + row.value + row.behind) == row.before + mark + behind);
    }
}

TEST_CASE("a value of any kind and length, glued to digits of its own code") {
    std::mt19937_64 random(12);
    for (unsigned round = 0; round < 1500; ++round) {
        const auto token = round % 2 == 0 ? trimmed(token_of_kind(round / 2, round))
                                          : opaque_token(round, 6 + round / 2 % 60);
        const auto& code = tight[random() % std::size(tight)];
        auto before = random_text(random, random() % 20, code.digits);
        if (before.ends_with("5c")) before.pop_back();  // a backslash before a letter is a part of it
        const auto behind = random_text(random, random() % 20, code.digits);
        CAPTURE(code.name);
        CAPTURE(token);
        CAPTURE(before);
        CAPTURE(behind);
        CHECK(sealed(token, before + code.write(token) + behind) == before + mark + behind);
    }
}

TEST_CASE("in base64 of a longer text, a digit that a neighbour shares with the value goes with it") {
    for (std::size_t before = 0; before < 9; ++before)
        for (std::size_t size = 40; size < 49; ++size) {
            const auto token = opaque_token(1, size);
            const auto text = base64("abcdefghi" + std::string(before, 'x') + token + "klmnopqrst");
            const auto begin = (9 + before) * 8 / 6;
            const auto end = ((9 + before + size) * 8 + 5) / 6;
            CAPTURE(text);
            CHECK(sealed(token, text) == text.substr(0, begin) + mark + text.substr(end));
        }
}

TEST_CASE("beside a piece of a value up to seven word characters go with it: nobody knows whose they are") {
    const auto token = opaque_token(1, 64);
    const auto piece = token.substr(8, 40);
    CHECK(sealed(token, "abcdefghij" + piece + "klmnopqrst") == "abc" + mark + "rst");
    CHECK(sealed(token, "ab defg" + piece + "klm.opqrst") == "ab " + mark + ".opqrst");
    CHECK(sealed(token, "abcdefghij" + token.substr(0, 40) + "klmnopqrst") == "abcdefghij" + mark + "rst");
    CHECK(sealed(token, "abcdefghij" + token.substr(24) + "klmnopqrst") == "abc" + mark + "klmnopqrst");
    CHECK(sealed(token, "v: " + hex(piece) + hex("klmnopqrst")) == "v: " + mark + hex("rst"));
    // A gap in the middle: what is missing there was not the value's, but its neighbours may be.
    CHECK(sealed(token, token.substr(0, 24) + "#klmnopqrst#" + token.substr(40)) ==
          mark + "#klmnopqrst#" + mark);
}

TEST_CASE("where one value begins another one, what follows may be the longer one's") {
    const auto shorter = opaque_token(1, 40);
    const auto redactor = redactor_for({{"ci", shorter}, {"ci", shorter + opaque_token(2, 40)}});
    const auto seal = [&](const std::string& text) { return std::string(redactor.seal_text(text).text()); };
    CHECK(seal(shorter + opaque_token(2, 40) + "klmnopqrst") == mark + "klmnopqrst");
    CHECK(seal(shorter + "klmnopqrst") == "[redacted:access-token]rst");
    CHECK(seal(shorter + ".klmnopqrst") == "[redacted:access-token].klmnopqrst");
}

TEST_CASE("behind a known key an unknown one is looked for as anywhere") {
    const auto known = "tfy-" + opaque_token(1, 41);
    const std::string unknown = "tfy-aB3xY9_kQ7mZ2-pL5nR8wT1vC4s";
    CHECK(sealed(known, known + unknown) == mark + "[redacted:access-token]");
    // A short value that a key begins with is not all of it.
    CHECK(sealed("tfy-aB3xY9", unknown) == mark);
}

TEST_CASE("no 24 characters of a value are left, wherever pieces of it meet each other and other text") {
    std::mt19937_64 random(13);
    for (unsigned round = 0; round < 3000; ++round) {
        const auto token = opaque_token(round % 50, 24 + round % 70);
        std::string text;
        for (auto parts = 1 + random() % 5; parts > 0; --parts) {
            const auto at = random() % token.size();
            text += random() % 3 == 0 ? random_text(random, random() % 12, base62)
                                      : token.substr(at, random() % 60);
        }
        const auto out = sealed(token, text);
        CAPTURE(token);
        CAPTURE(text);
        for (std::size_t at = 0; at + 24 <= token.size(); ++at)
            REQUIRE(out.find(token.substr(at, 24)) == std::string::npos);
    }
}

}  // namespace tfy::value_end_test
