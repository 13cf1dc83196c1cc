// Resources: what is listed, what is read, what is not found, and what may be watched.
#include <doctest/doctest.h>

#include <set>

#include "tests/fakes/feature_house.hpp"

namespace tfy::features_resources_test {

using fakes::approval;
using fakes::approval_id;
using fakes::FeatureHouse;

namespace {

constexpr auto value = "q7Kd92mXw4LzR8nTb3JhYc6DsGp1AeU5oXiV";

std::string name_of(std::size_t number) {
    const auto digits = std::to_string(number);
    return "token-" + std::string(4 - digits.size(), '0') + digits;
}

std::vector<std::string> uris(const protocol::Page& page) {
    std::vector<std::string> all;
    for (const auto& item : page.items) all.push_back(item.at("uri").get<std::string>());
    return all;
}

bool holds(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

bool may_watch(FeatureHouse& house, const std::string& uri, const std::string& principal = "stdio:alice") {
    auto caller = house.requester(principal);
    return house.run(house.resources.may_watch(caller, uri));
}

}  // namespace

TEST_CASE("the card of an approval is read as an MCP App, by any caller, and is not listed") {
    FeatureHouse house;
    auto caller = house.requester("stdio:alice");
    const auto read = house.run(house.resources.read(caller, {.uri = "ui://tfy-pat-mcp/approval"}));
    REQUIRE(read.has_value());
    const auto& contents = read->result.at("contents");
    REQUIRE(contents.size() == 1);
    CHECK(contents.front().at("uri") == "ui://tfy-pat-mcp/approval");
    CHECK(contents.front().at("mimeType") == "text/html;profile=mcp-app");
    CHECK(contents.front().at("text").get<std::string>().starts_with("<!doctype html>"));
    for (const auto* other : {"ui://tfy-pat-mcp/approval/", "ui://tfy-pat-mcp/", "ui://other/approval"})
        CHECK_FALSE(house.run(house.resources.read(caller, {.uri = other})).has_value());
    const auto page = house.run(house.resources.list(caller, std::nullopt));
    REQUIRE(page.has_value());
    for (const auto& uri : uris(*page)) CHECK_FALSE(uri.starts_with("ui://"));
}

TEST_CASE("the list has all tokens in one, then the caller's open approvals, then the tokens by name") {
    FeatureHouse house;
    house.truefoundry.add("id-z", "zebra", "2026-11-01T00:00:00.000Z");
    house.truefoundry.add("id-a", "aardvark");
    house.ask(approval(approval_id('a'), "one"));
    house.ask(approval(approval_id('b'), "two", "http:loopback"));
    house.ask(approval(approval_id('c'), "three", "stdio:alice", fakes::noon - std::chrono::minutes{1}));
    const auto page = house.list();
    REQUIRE(page.has_value());
    CHECK(uris(*page) == std::vector<std::string>{"tfy://access-tokens",
                                                  "tfy://approvals/" + approval_id('c'),
                                                  "tfy://approvals/" + approval_id('a'),
                                                  "tfy://access-tokens/id-a", "tfy://access-tokens/id-z"});
    CHECK_FALSE(page->next_cursor.has_value());
    const auto& zebra = page->items.back();
    CHECK(zebra.at("name") == "zebra");
    CHECK(zebra.at("title") == "Access token zebra");
    CHECK(zebra.at("description") == "Created: 2026-11-01. Expires: never. State: active.");
    CHECK(zebra.at("mimeType") == "application/json");
    CHECK(zebra.contains("icons"));
    CHECK_FALSE(zebra.contains("uriTemplate"));
}

TEST_CASE(
    "without TrueFoundry the list has what it can have, and so it has where a rule keeps the tokens away") {
    FeatureHouse down;
    down.truefoundry.status = 503;
    down.ask(approval(approval_id('a')));
    CHECK(uris(down.list().value()) ==
          std::vector<std::string>{"tfy://access-tokens", "tfy://approvals/" + approval_id('a')});

    FeatureHouse denied(fakes::without("tfy_access_tokens_list"));
    denied.truefoundry.add("id-a", "aardvark");
    denied.ask(approval(approval_id('a')));
    CHECK(uris(denied.list().value()) == std::vector<std::string>{"tfy://approvals/" + approval_id('a')});
    CHECK(denied.truefoundry.asked == 0);

    FeatureHouse no_approvals(fakes::without("tfy_approvals_get"));
    no_approvals.ask(approval(approval_id('a')));
    CHECK(uris(no_approvals.list().value()) == std::vector<std::string>{"tfy://access-tokens"});
}

TEST_CASE("pages neither repeat nor skip where tokens come and go between them") {
    FeatureHouse house;
    for (std::size_t i = 0; i < 120; ++i) house.truefoundry.add("id-" + std::to_string(i), name_of(i));
    auto page = house.list().value();
    auto seen = uris(page);
    CHECK(page.items.size() == 50);
    CHECK(page.items.back().at("name") == name_of(48));
    house.truefoundry.tokens.erase(48);        // the very one that the page ended with
    house.truefoundry.add("id-new", "early");  // before it in the order: not told any more
    house.truefoundry.add("id-late", "zulu");
    while (page.next_cursor) {
        page = house.list(page.next_cursor).value();
        for (const auto& uri : uris(page)) seen.push_back(uri);
    }
    CHECK(seen.size() == 122);
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 122);
    CHECK(seen.back() == "tfy://access-tokens/id-late");
}

TEST_CASE("a cursor that was not given out is refused before TrueFoundry is asked") {
    FeatureHouse house;
    for (const std::string cursor : {"", "nonsense", "MQ", "MS4xYWJj", "%%%", "c1e"}) {
        CAPTURE(cursor);
        const auto page = house.list(cursor);
        REQUIRE_FALSE(page.has_value());
        CHECK(page.error().code == Errc::invalid_params);
    }
    CHECK(house.truefoundry.asked == 0);
}

TEST_CASE("the tokens are read whole, as the tool lists them, and one of them by its id") {
    FeatureHouse house;
    for (std::size_t i = 0; i < 250; ++i) house.truefoundry.add("id-" + std::to_string(i), name_of(i));
    const auto all = house.read("tfy://access-tokens").value();
    CHECK(all.at("tokens").size() == 250);
    CHECK(all.at("total") == 250);
    CHECK_FALSE(all.contains("next_cursor"));
    const auto one = house.read("tfy://access-tokens/id-249").value();
    CHECK(one.at("name") == name_of(249));
    CHECK(one.at("expires_at") == nullptr);
    CHECK(one.at("state") == "active");
}

TEST_CASE("beyond 1,000 tokens a read says so instead of being wrong") {
    FeatureHouse house;
    for (std::size_t i = 0; i < 1001; ++i)
        house.truefoundry.add("id-" + std::to_string(10'000 + i), name_of(i));
    const auto all = house.read("tfy://access-tokens").value();
    CHECK(all.at("tokens").size() == 1000);
    CHECK(all.at("total") == 1001);
    CHECK(all.contains("next_cursor"));
    house.redaction.add(redaction::fingerprint(value, "ci-pipeline", house.redaction.key()));
    const Json answer = {{"text", all.dump()}};
    CHECK(house.redaction.seal(answer).text() ==
          answer.dump());  // however long it is, it can be looked through
    const auto last = house.read("tfy://access-tokens/id-11000");
    REQUIRE_FALSE(last.has_value());
    CHECK(last.error().code == Errc::refused);
    CHECK(holds(last.error().message, "name_contains"));
}

TEST_CASE("what could not be an id, or is spelt otherwise, is not found, and nobody is asked") {
    FeatureHouse house;
    house.truefoundry.add("id-a", "aardvark");
    house.ask(approval(approval_id('a')));
    const std::string uris[] = {"",
                                "tfy://access-tokens/",
                                "tfy://access-tokens/revoke/all",
                                "tfy://access-tokens/revoke%2Fall",
                                "tfy://access-tokens/..",
                                "tfy://access-tokens/%2e%2e",
                                "tfy://access-tokens/id%2da",
                                "tfy://access-tokens/id-a?x=1",
                                "tfy://access-tokens/id-a#x",
                                "tfy://access-tokens/" + std::string(129, 'a'),
                                "tfy://access-tokens?limit=1",
                                "TFY://access-tokens",
                                "tfy://approvals",
                                "tfy://approvals/a",
                                "tfy://approvals/APR_" + std::string(26, 'a'),
                                "tfy://approvals/apr_" + std::string(25, 'a') + "%61",
                                "file:///etc/passwd"};
    for (const auto& uri : uris) {
        CAPTURE(uri);
        const auto read = house.read(uri);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == Errc::resource_not_found);
        CHECK_FALSE(may_watch(house, uri));
    }
    CHECK(house.truefoundry.asked == 0);
}

TEST_CASE("an unknown token, an unknown approval and another's approval are not found, in the same words") {
    FeatureHouse house;
    house.ask(approval(approval_id('b'), "two", "http:loopback"));
    const auto unknown_token = house.read("tfy://access-tokens/id-a");
    REQUIRE_FALSE(unknown_token.has_value());
    CHECK(unknown_token.error().code == Errc::resource_not_found);
    CHECK(unknown_token.error().data == Json{{"uri", "tfy://access-tokens/id-a"}});
    const auto unknown = house.read("tfy://approvals/" + approval_id('c'));
    const auto foreign = house.read("tfy://approvals/" + approval_id('b'));
    CHECK(unknown.error().code == Errc::resource_not_found);
    CHECK(foreign.error().code == Errc::resource_not_found);
    CHECK(holds(foreign.error().message, "or it is not yours to read"));
    CHECK(house.read("tfy://approvals/" + approval_id('b'), "http:loopback").value().at("state") ==
          "pending");
}

TEST_CASE("a read that fails says what failed, what was not done and what to do next") {
    FeatureHouse house;
    house.truefoundry.status = 401;
    const auto read = house.read("tfy://access-tokens/id-a");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == Errc::upstream);
    CHECK(read.error().message.starts_with("tfy://access-tokens/id-a could not be read. "));
    CHECK(holds(read.error().message, "Nothing was done. Check the key of this server."));
    CHECK(read.error().data == Json{{"uri", "tfy://access-tokens/id-a"}, {"status", "upstream"}});

    FeatureHouse denied(fakes::without("tfy_access_tokens_list"));
    const auto refused = denied.read("tfy://access-tokens");
    CHECK(refused.error().code == Errc::denied);
    CHECK(holds(refused.error().message, "A rule of this server refuses this call: not here."));
    CHECK(denied.truefoundry.asked == 0);
}

TEST_CASE("32 reads of one caller run at a time; the next is refused, another caller's is not") {
    FeatureHouse house;
    house.truefoundry.silent = true;
    auto caller = house.requester();
    int ended = 0;
    for (int i = 0; i < 32; ++i)
        boost::asio::co_spawn(house.loop, house.view.tokens(caller),
                              [&](const std::exception_ptr&, const Result<Json>&) { ++ended; });
    while (house.truefoundry.asked == 0) house.loop.run_one();  // they share a walk
    const auto refused = house.read("tfy://access-tokens");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::rate_limited);
    CHECK(ended == 0);
    house.truefoundry.silent = false;
    CHECK(house.read("tfy://access-tokens", "http:loopback").has_value());
}

TEST_CASE("a token's value that TrueFoundry lists as a name leaves neither a read nor a list") {
    FeatureHouse house;
    house.redaction.add(redaction::fingerprint(value, "ci-pipeline", house.redaction.key()));
    house.truefoundry.add("id-a", value);
    CHECK_FALSE(holds(house.read("tfy://access-tokens").value().dump(), "q7Kd92mX"));
    CHECK_FALSE(holds(house.read("tfy://access-tokens/id-a").value().dump(), "q7Kd92mX"));
    const auto page = house.list().value();
    for (const auto& item : page.items) CHECK_FALSE(holds(item.dump(), "q7Kd92mX"));
}

TEST_CASE("what is read may not be kept, and older revisions hear nothing of keeping") {
    FeatureHouse house;
    auto modern = house.requester();
    auto legacy = house.requester("stdio:alice", protocol::Version::v2025_11_25);
    const auto now = house.run(house.resources.read(modern, {.uri = "tfy://access-tokens"})).value().result;
    CHECK(now.at("ttlMs") == 0);
    CHECK(now.at("cacheScope") == "private");
    CHECK(now.at("contents").at(0).at("mimeType") == "application/json");
    const auto then = house.run(house.resources.read(legacy, {.uri = "tfy://access-tokens"})).value().result;
    CHECK_FALSE(then.contains("ttlMs"));
}

TEST_CASE("who may read may watch, and TrueFoundry is not asked for that") {
    FeatureHouse house;
    house.ask(approval(approval_id('a')));
    house.ask(approval(approval_id('b'), "two", "http:loopback"));
    CHECK(may_watch(house, "tfy://access-tokens"));
    CHECK(may_watch(house, "tfy://access-tokens/id-a"));
    CHECK(may_watch(house, "tfy://approvals/" + approval_id('a')));
    CHECK_FALSE(may_watch(house, "tfy://approvals/" + approval_id('b')));
    CHECK_FALSE(may_watch(house, "tfy://approvals/" + approval_id('c')));
    CHECK(house.truefoundry.asked == 0);
    FeatureHouse denied(fakes::without("tfy_access_tokens_list"));
    CHECK_FALSE(may_watch(denied, "tfy://access-tokens"));
    CHECK_FALSE(may_watch(denied, "tfy://access-tokens/id-a"));
}

TEST_CASE("the two templates are those of approvals and of single tokens") {
    FeatureHouse house;
    const auto templates = house.resources.templates();
    REQUIRE(templates.size() == 2);
    CHECK(templates[0].at("uriTemplate") == "tfy://access-tokens/{id}");
    CHECK(templates[1].at("uriTemplate") == "tfy://approvals/{id}");
    CHECK_FALSE(protocol::write_resource(templates[0], protocol::Version::v2026_07_28).contains("arguments"));
}

}  // namespace tfy::features_resources_test
