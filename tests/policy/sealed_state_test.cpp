// Sealed states: they come back as they went, or not at all.
#include "policy/repeatable_seal.hpp"

#include <doctest/doctest.h>

#include <set>

namespace tfy::sealed_state_test {

using namespace tfy::policy;

namespace {

SealKey key_of(unsigned char byte) {
    SealKey key;
    key.bytes.fill(byte);
    return key;
}

const Json state = {
    {"approval", "apr_abc"}, {"digest", "sha256:00"}, {"expires", 1764000000}, {"note", "grüße \u202e"}};

}  // namespace

TEST_CASE("a sealed state opens to the same value, under the same key and purpose") {
    for (const Json& value :
         {state, Json(nullptr), Json("text"), Json::array({1, 2.5, true}), Json(std::string(2000, 'x'))}) {
        const auto sealed = seal_state(value, "requestState", key_of(1));
        CHECK(open_state(sealed, "requestState", key_of(1)) == value);
        CHECK(sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
    }
}

TEST_CASE("the same state is never sealed to the same text, and its words cannot be read") {
    const auto first = seal_state(state, "requestState", key_of(1));
    CHECK(first != seal_state(state, "requestState", key_of(1)));
    CHECK(first.find("approval") == std::string::npos);
}

TEST_CASE("sealed repeatably, the same state is the same text, and nothing else is") {
    const auto first = seal_repeatably(state, "cursor", key_of(1));
    CHECK(first == seal_repeatably(state, "cursor", key_of(1)));
    CHECK(open_state(first, "cursor", key_of(1)) == state);
    CHECK(!open_state(first, "session", key_of(1)));
    CHECK(!open_state(first, "cursor", key_of(2)));

    auto nearly = state;
    nearly["expires"] = 1764000001;
    const std::set<std::string> others{
        seal_repeatably(nearly, "cursor", key_of(1)), seal_repeatably(state, "session", key_of(1)),
        seal_repeatably(state, "cursor", key_of(2)), seal_state(state, "cursor", key_of(1)), first};
    constexpr std::size_t nonce = 33;  // characters that hold the version and nearly all of the nonce
    std::set<std::string> nonces;
    for (const auto& each : others) nonces.insert(each.substr(0, nonce));
    CHECK(nonces.size() == 5);
}

TEST_CASE("another key or another purpose opens nothing") {
    const auto sealed = seal_state(state, "requestState", key_of(1));
    CHECK(!open_state(sealed, "requestState", key_of(2)));
    CHECK(!open_state(sealed, "session", key_of(1)));
    CHECK(!open_state(sealed, "", key_of(1)));
    CHECK(!open_state(sealed, "requestStat", key_of(1)));
}

TEST_CASE("a change of any character, or of the length, is seen") {
    const auto sealed = seal_state(state, "requestState", key_of(1));
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        CAPTURE(at);
        auto changed = sealed;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CHECK(!open_state(changed, "requestState", key_of(1)));
        CHECK(!open_state(sealed.substr(0, at), "requestState", key_of(1)));
    }
    for (const auto* tail : {"A", "=", "==", "\n", " ", ".", "AAAA"})
        CHECK(!open_state(sealed + tail, "requestState", key_of(1)));
    CHECK(!open_state(" " + sealed, "requestState", key_of(1)));
}

TEST_CASE("garbage opens to nothing and does no harm") {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
    for (const std::string& garbage :
         {std::string(), std::string("A"), std::string("AQ"), std::string(54, 'A'), std::string(55, 'A'),
          std::string(2000, 'A'), std::string(100'000, 'A'), std::string("a.b.c"), every_byte,
          std::string("AQ\0AA", 5), std::string("eyJhbGciOiJub25lIn0.e30.")})
        CHECK(!open_state(garbage, "requestState", key_of(1)));
}

TEST_CASE("random ids are long enough, lower-case base32, and never the same") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = random_id();
        CHECK(id.size() == 26);
        CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
        seen.insert(id);
    }
    CHECK(seen.size() == 1000);
    CHECK(random_id(0).empty());
    CHECK(random_id(5).size() == 8);
    CHECK(random_id(32).size() == 52);
}

}  // namespace tfy::sealed_state_test
