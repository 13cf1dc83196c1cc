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
    const auto tokens = std::make_shared<const std::deque<StoredToken>>(std::deque{
        token("old", hours{9}), token("new", hours{1}), token("other", hours{2}, "alice@sandbox.example"),
        token("first", hours{4}), token("second", hours{4})});
    KeptTokens kept(tokens);
    CHECK(kept.are(tokens));
    CHECK_FALSE(kept.are(std::make_shared<const std::deque<StoredToken>>(*tokens)));
    REQUIRE(kept.of_hash("hash-other") != nullptr);
    CHECK(kept.of_hash("hash-other")->name == "other");
    CHECK(kept.of_hash("hash-none") == nullptr);
    std::vector<std::string> names;
    for (const auto& row : kept.of_user("dana@sandbox.example")) names.push_back(row.token->name);
    CHECK(names == std::vector<std::string>{"new", "first", "second", "old"});
    CHECK(kept.of_user("none@sandbox.example").empty());
}

TEST_CASE("tokens that come behind are taken up: found, and in their place of the list") {
    const auto tokens = std::make_shared<std::deque<StoredToken>>(std::deque{token("old", hours{9})});
    KeptTokens kept(tokens);
    const auto* text = kept.of_user("dana@sandbox.example").front().written(noon).data();
    tokens->push_back(token("new", hours{1}));
    tokens->push_back(token("other", hours{1}, "alice@sandbox.example"));
    tokens->push_back(token("between", hours{4}));
    tokens->push_back(token("same moment", hours{4}));
    CHECK(kept.of_hash("hash-new") == nullptr);
    CHECK(kept.are(tokens));
    REQUIRE(kept.of_hash("hash-new") != nullptr);
    CHECK(kept.of_name("dana@sandbox.example", "new") == kept.of_hash("hash-new"));
    CHECK(kept.of_id("dana@sandbox.example", "id-new") == kept.of_hash("hash-new"));
    CHECK(kept.of_name("alice@sandbox.example", "new") == nullptr);
    CHECK(kept.of_id("alice@sandbox.example", "id-new") == nullptr);
    std::vector<std::string> names;
    for (const auto& row : kept.of_user("dana@sandbox.example")) names.push_back(row.token->name);
    CHECK(names == std::vector<std::string>{"new", "between", "same moment", "old"});
    CHECK(kept.of_user("dana@sandbox.example").back().written(noon).data() == text);
}

TEST_CASE("a row is written once, and anew when its token expires") {
    KeptTokens kept(std::make_shared<const std::deque<StoredToken>>(std::deque{token("ci", hours{1})}));
    auto& row = kept.of_user("dana@sandbox.example").front();
    const auto* before = &row.written(noon);
    CHECK(*before == write_virtual_account(*row.token, noon).dump());
    CHECK(before->find("\"isExpired\":false") != std::string::npos);
    const auto* text = before->data();
    CHECK(row.written(noon + std::chrono::minutes{59}).data() == text);
    CHECK(row.written(noon + hours{1}).find("\"isExpired\":true") != std::string::npos);
    CHECK(row.written(noon + hours{2}) == write_virtual_account(*row.token, noon + hours{2}).dump());
}

TEST_CASE("a page is the same object for as long as it says the same") {
    auto lasting = token("old", hours{9});
    lasting.expires = std::nullopt;
    const std::string dana = "dana@sandbox.example";
    const auto tokens = std::make_shared<std::deque<StoredToken>>(
        std::deque{lasting, token("ci", hours{1}), token("other", hours{2}, "alice@sandbox.example")});
    KeptTokens kept(tokens);
    const auto both = kept.page(dana, {100, 0}, noon);
    const auto& rows = kept.of_user(dana);
    CHECK(*both == R"({"data":[)" + rows[0].text + "," + rows[1].text +
                       R"(],"pagination":{"limit":100,"offset":0,"total":2}})");
    CHECK(kept.page(dana, {100, 0}, noon + std::chrono::minutes{59}) == both);
    const auto second = kept.page(dana, {1, 1}, noon);
    CHECK(second->find(rows[0].text) == std::string::npos);
    CHECK(second->find(rows[1].text) != std::string::npos);

    const auto over = kept.page(dana, {100, 0}, noon + hours{1});
    CHECK(over != both);
    CHECK(over->find("\"isExpired\":true") != std::string::npos);
    CHECK(kept.page(dana, {100, 0}, noon + hours{9}) == over);
    CHECK(*kept.page(dana, {100, 0}, noon) == *both);  // the clock was set back
    CHECK(kept.page(dana, {1, 1}, noon + hours{9}) == second);
    CHECK(kept.page("none@sandbox.example", {100, 0}, noon)->find("\"data\":[]") != std::string::npos);

    const auto of_alice = kept.page("alice@sandbox.example", {100, 0}, noon);
    tokens->push_back(token("new", hours{1}));
    CHECK(kept.are(tokens));
    CHECK(kept.page(dana, {100, 0}, noon)->find("\"total\":3") != std::string::npos);
    CHECK(kept.page("alice@sandbox.example", {100, 0}, noon) == of_alice);
}

TEST_CASE("pages beyond what is kept are written each time") {
    std::deque<StoredToken> many;
    for (int i = 0; i < 3'000; ++i) many.push_back(token("token-" + std::to_string(i), hours{1}));
    KeptTokens kept(std::make_shared<const std::deque<StoredToken>>(std::move(many)));
    const auto page = [&](std::size_t offset) {
        return kept.page("dana@sandbox.example", {1000, offset}, noon);
    };
    const auto kept_at_most = KeptTokens::most_bytes / page(0)->size();
    CHECK(page(0) == page(0));
    for (std::size_t offset = 1; offset <= kept_at_most; ++offset) std::ignore = page(offset);
    CHECK(page(9) != page(9));
    CHECK(*page(9) == *page(9));
}

}  // namespace tfy::kept_tokens_test
