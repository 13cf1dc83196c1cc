// Fingerprints: which windows of a value are kept, and what they depend on.
#include "policy/redaction/fingerprint.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "policy/redaction/jwt.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::fingerprint_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

std::size_t windows(const std::string& value) {
    return redaction::fingerprint(value, "", a_key()).windows.size();
}

}  // namespace

TEST_CASE("windows of 16 stand every 8 characters, and one at the end") {
    struct Row {
        const char* name;
        std::size_t size;
        std::size_t windows;
    };
    const Row rows[] = {{"empty", 0, 0},        {"too short to tell from words", 5, 0},
                        {"the shortest", 6, 1}, {"under 16", 15, 1},
                        {"16", 16, 1},          {"17", 17, 2},
                        {"24", 24, 2},          {"25", 25, 3},
                        {"40", 40, 4}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(windows(opaque_token(1, row.size)) == row.windows);
    }
}

TEST_CASE("a short value is one window of its own size") {
    const auto prints = redaction::fingerprint("hunter2-pw", "pw", a_key());
    REQUIRE(prints.windows.size() == 1);
    CHECK(prints.windows.front().size == 10);
    CHECK(prints.name == "pw");
}

TEST_CASE("a JWT's header is left out: two tokens of one issuer share no window by it") {
    const auto first = redaction::fingerprint(jwt_token(1), "a", a_key());
    const auto second = redaction::fingerprint(jwt_token(2), "b", a_key());
    const auto header = jwt_token(1).substr(0, jwt_token(1).find('.'));
    for (const auto& window : redaction::fingerprint(header, "", a_key()).windows) {
        CHECK(std::ranges::find(first.windows, window) == first.windows.end());
        CHECK(std::ranges::find(second.windows, window) == second.windows.end());
    }
    const auto rest = secret_of(jwt_token(1));
    CHECK(first.windows == redaction::fingerprint(rest, "a", a_key()).windows);
}

TEST_CASE("three dotted parts without a JOSE header are a value like any other") {
    CHECK(windows("aaaaaaaa.bbbbbbbb.cccccccc") == 3);
    CHECK(!redaction::read_jwt("aaaaaaaa.bbbbbbbb.cccccccc"));
    CHECK(!redaction::read_jwt(base64url(R"({"typ":"JWT"})") + ".e30.c2ln"));
    CHECK(!redaction::read_jwt(base64url(R"([1])") + ".e30.c2ln"));
    CHECK(!redaction::read_jwt(base64url(R"({"alg":"RS256"})") + ".e30"));
    CHECK(!redaction::read_jwt(base64url(R"({"alg":"RS256"})") + ".e30."));
    CHECK(!redaction::read_jwt(base64url(R"({"alg":"RS256"})") + ".e30.a.b"));
    CHECK(redaction::read_jwt(base64url(R"({"alg":"RS256"})") + ".e30.c2ln"));
}

TEST_CASE("case and surrounding white space make no difference; the key makes all") {
    const auto token = opaque_token();
    const auto prints = redaction::fingerprint(token, "", a_key()).windows;
    CHECK(prints == redaction::fingerprint(lower(token), "", a_key()).windows);
    CHECK(prints == redaction::fingerprint(upper(token), "", a_key()).windows);
    CHECK(prints == redaction::fingerprint("  " + token + "\r\n", "", a_key()).windows);
    const auto others = redaction::fingerprint(token, "", a_key(8)).windows;
    REQUIRE(others.size() == prints.size());
    for (std::size_t i = 0; i < prints.size(); ++i) {
        CHECK(prints[i].digest != others[i].digest);
        CHECK(prints[i].rolling != others[i].rolling);
    }
}

TEST_CASE("no character of the value stands in its fingerprints") {
    const auto token = opaque_token();
    const auto prints = redaction::fingerprint(token, "ci", a_key());
    std::string stored;
    for (const auto& window : prints.windows) {
        stored.append(reinterpret_cast<const char*>(&window.rolling), sizeof window.rolling);
        stored.append(reinterpret_cast<const char*>(window.digest.data()), window.digest.size());
    }
    for (std::size_t at = 0; at + 4 <= token.size(); ++at)
        CHECK(stored.find(token.substr(at, 4)) == std::string::npos);
}

}  // namespace tfy::fingerprint_test
