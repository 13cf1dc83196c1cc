// Whose key a server has: what is said of a call that another user's key began.
#include "server/upstream/key_identities.hpp"

#include <doctest/doctest.h>
#include <sodium.h>

#include "server/calls/recovery.hpp"
#include "tests/fakes/calls.hpp"
#include "tests/tools/examples.hpp"
#include "tools/tool.hpp"

namespace tfy::key_identities_test {

using namespace tfy::examples;
using upstream::OwnKey;

namespace {

const auto print_key = redaction::FingerprintKeyForTests::make();
const std::string alice = "alice@acme.example";
const std::string bob = "bob@acme.example";

/// A JWT of this user; `number` makes one differ from another.
std::string jwt_of(const std::string& user, int number, const char* type = "user") {
    const auto claims =
        Json{{"subjectType", type}, {"subjectSlug", user}, {"jti", std::to_string(number)}}.dump();
    std::string text(sodium_base64_encoded_len(claims.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                     '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(claims.data()),
                      claims.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return "eyJhbGciOiJSUzI1NiJ9." + text + ".c2lnbmF0dXJl";
}

std::shared_ptr<OwnKey> key(const std::string& value) {
    return std::make_shared<OwnKey>(policy::Secret(std::string(value)));
}

Json made_by(const std::string& id, const std::string& user) {
    auto token = item(id, "name-" + id);
    token["createdBySubject"] = {{"subjectId", "x"}, {"subjectType", "user"}, {"subjectSlug", user}};
    return token;
}

struct House : Upstream {
    upstream::KeyIdentities with(const std::string& value) { return {key(value), print_key, client}; }
    policy::KeyIdentity begun(const std::string& value,
                              const std::vector<truefoundry::AccessToken>& listed = {}) {
        auto holders = with(value);
        holders.note(listed);
        return holders.now();
    }
};

std::vector<truefoundry::AccessToken> tokens_of(const std::string& user) {
    return {{.id = "id1", .name = "a-token", .created_by = user}};
}

}  // namespace

TEST_CASE("what a key is known by is neither the key nor a part of it, and tells one from another") {
    House house;
    const auto one = house.begun(jwt_of(alice, 1));
    CHECK(one.user == alice);
    CHECK(one.print.size() == 32);
    CHECK(one.print == house.begun(jwt_of(alice, 1)).print);
    CHECK(one.print != house.begun(jwt_of(alice, 2)).print);
    const auto another = redaction::FingerprintKeyForTests::make(1);
    CHECK(one.print != upstream::KeyIdentities(key(jwt_of(alice, 1)), another, house.client).now().print);
    CHECK(house.begun("").print.empty());
    CHECK(house.begun(jwt_of("ci", 1, "virtualaccount")).user == "virtualaccount ci");
}

TEST_CASE("a call is judged with a key of the user that began it, and with no other") {
    struct Row {
        const char* name;
        std::string begun;
        std::string noted;  // who made what was listed with that key
        std::string now;
        std::string listed;  // who made what is listed with the key of now; empty: nothing is listed
        bool asks;           // for the list
        bool sees;
        const char* says;
    };
    const std::string opaque = "tfy-an-opaque-key-of-somebody-0001";
    const std::string other = "tfy-an-opaque-key-of-somebody-0002";
    const Row rows[] = {
        {"the same JWT", jwt_of(alice, 1), "", jwt_of(alice, 1), "", false, true, ""},
        {"a new JWT of the same user", jwt_of(alice, 1), "", jwt_of(alice, 2), "", false, true, ""},
        {"another user's JWT", jwt_of(alice, 1), "", jwt_of(bob, 1), "", false, false,
         "from the one in use now (of bob@acme.example)"},
        {"the same opaque key", opaque, "", opaque, "", false, true, ""},
        {"opaque keys of which nothing is known", opaque, "", other, "", false, false,
         "it is unknown whether"},
        {"a new opaque key, and its tokens are of the same user", opaque, alice, other, alice, true, true,
         ""},
        {"an opaque key, and its tokens are another user's", opaque, alice, other, bob, true, false,
         "a key lists only its own user's tokens"},
        {"an opaque key without a token", jwt_of(alice, 1), "", other, "", true, false,
         "it is unknown whether"},
        {"from a JWT to an opaque key of the same user", jwt_of(alice, 1), "", other, alice, true, true, ""},
        {"from an opaque key to a JWT of the same user", opaque, alice, jwt_of(alice, 1), "", false, true,
         ""}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        House house;
        const auto begun = house.begun(row.begun, row.noted.empty() ? tokens_of("") : tokens_of(row.noted));
        if (row.asks)
            house.exchange.expect(
                get_all,
                answer(200, row.listed.empty() ? page(Json::array()) : page({made_by("id1", row.listed)})));
        auto holders = house.with(row.now);
        const auto sees = run(holders.sees_tokens_of(begun));
        CHECK(sees.has_value() == row.sees);
        if (!sees) CHECK(sees.error().code == Errc::ambiguous);
        if (!sees) CHECK(sees.error().message.find(row.says) != std::string::npos);
        if (!sees) CHECK(sees.error().data.is_null());
        CHECK(house.exchange.finished());
    }
}

TEST_CASE("while the tokens cannot be read nobody knows whose key it is, and asking again may tell") {
    House house;
    const auto begun = house.begun(jwt_of(alice, 1));
    auto holders = house.with("tfy-an-opaque-key-of-somebody-0001");
    house.exchange.then([](const std::string&) { return lost(); });
    CHECK(tools::is_unread(run(holders.sees_tokens_of(begun)).error()));
    house.exchange.then([](const std::string&) { return answer(401); });
    CHECK_FALSE(tools::is_unread(run(holders.sees_tokens_of(begun)).error()));
}

TEST_CASE(
    "tokens of several makers, and makers without an address, tell nothing; those of an earlier key "
    "neither") {
    House house;
    auto holders = house.with("tfy-an-opaque-key-of-somebody-0001");
    holders.note({{.id = "a", .created_by = alice}, {.id = "b", .created_by = bob}});
    CHECK(holders.now().user.empty());
    holders.note({{.id = "a", .created_by = "Alice"}});
    CHECK(holders.now().user.empty());
    const auto replaced = key("tfy-an-opaque-key-of-somebody-0001");
    upstream::KeyIdentities kept(replaced, print_key, house.client);
    kept.note(tokens_of(alice));
    CHECK(kept.now().user == alice);
    replaced->replace(policy::Secret(std::string("tfy-an-opaque-key-of-somebody-0002")));
    CHECK(kept.now().user.empty());
}

}  // namespace tfy::key_identities_test
