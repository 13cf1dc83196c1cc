// What the sandbox keeps of its tokens is what it would write anew.
#include "tools/sandbox/kept_tokens.hpp"

#include <doctest/doctest.h>

#include "tools/sandbox/listed_token.hpp"

namespace tfy::kept_tokens_test {

using namespace tfy::sandbox;
using std::chrono::hours;

namespace {

const policy::Time noon = policy::read_time("2026-11-24T12:00:00Z").value();

StoredToken token(std::string name, policy::Duration age, std::string owner = "dana@sandbox.example") {
    return {.id = "id-" + name,
            .name = name,
            .type = "jwt",
            .team = {},
            .account = "sandbox",
            .jwt_id = {},
            .value_sha256 = "hash-" + name,
            .owner = std::move(owner),
            .created = noon - age,
            .expires = noon + hours{1},
            .last_used = {}};
}

}  // namespace

TEST_CASE("tokens are found by hash, and listed for their user with the newest first") {
    const auto tokens = std::make_shared<const std::vector<StoredToken>>(std::vector{
        token("old", hours{9}), token("new", hours{1}), token("other", hours{2}, "alice@sandbox.example"),
        token("first", hours{4}), token("second", hours{4})});
    KeptTokens kept(tokens);
    CHECK(kept.are(tokens));
    CHECK_FALSE(kept.are(std::make_shared<const std::vector<StoredToken>>(*tokens)));
    REQUIRE(kept.of_hash("hash-other") != nullptr);
    CHECK(kept.of_hash("hash-other")->name == "other");
    CHECK(kept.of_hash("hash-none") == nullptr);
    std::vector<std::string> names;
    for (const auto& row : kept.of_user("dana@sandbox.example")) names.push_back(row.token->name);
    CHECK(names == std::vector<std::string>{"new", "first", "second", "old"});
    CHECK(kept.of_user("none@sandbox.example").empty());
}

TEST_CASE("a row is written once, and anew when its token expires") {
    KeptTokens kept(std::make_shared<const std::vector<StoredToken>>(std::vector{token("ci", hours{1})}));
    auto& row = kept.of_user("dana@sandbox.example").front();
    const auto* before = &row.written(noon);
    CHECK(*before == write_virtual_account(*row.token, noon).dump());
    CHECK(before->find("\"isExpired\":false") != std::string::npos);
    const auto* text = before->data();
    CHECK(row.written(noon + std::chrono::minutes{59}).data() == text);
    CHECK(row.written(noon + hours{1}).find("\"isExpired\":true") != std::string::npos);
    CHECK(row.written(noon + hours{2}) == write_virtual_account(*row.token, noon + hours{2}).dump());
}

}  // namespace tfy::kept_tokens_test
