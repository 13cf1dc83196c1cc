#include "tools/access_tokens/list.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::list_test {

using namespace tfy::examples;

namespace {

struct Listing : Upstream {
    ManualClock clock{noon};
    access_tokens::ListAccessTokens tool{client, clock, policy::SealKey{}};

    tools::ToolResult list(const Json& items, Json arguments = Json::object()) {
        const auto name = arguments.value("name_contains", std::string{});
        exchange.expect(name.empty() ? get_all : get_named(name), answer(200, page(items)));
        return run_read(tool, std::move(arguments)).value();
    }
};

Json with(Json token, const char* key, Json value) {
    token[key] = std::move(value);
    return token;
}

Json some_tokens() {
    auto ci = item("pat-abc", "ci-pipeline", "2026-01-15T08:00:00.000Z");
    ci["manifest"]["expiration_date"] = "2026-12-01T00:00:00.000Z";
    ci["manifest"]["token_type"] = "jwt";
    ci["manifest"]["ownedBy"] = {{"team", "platform"}};
    ci["lastAccessedAt"] = "2026-11-20T07:12:44.000Z";
    auto old = item("pat-old", "old-one", "2025-01-01T00:00:00.000Z");
    old["manifest"]["expiration_date"] = "2026-01-01T00:00:00.000Z";
    return {old, ci, item("pat-def", "dev-local", "2026-03-01T00:00:00.000Z"),
            with(item("pat-x", "x"), "manifest", {{"name", "a|b\nc\u202Ed\\"}})};
}

std::vector<std::string> ids(const tools::ToolResult& result) {
    std::vector<std::string> all;
    for (const auto& token : result.structured.at("tokens")) all.push_back(token.at("id").get<std::string>());
    return all;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("the list is the seed's table, newest first, and says that values are never listed") {
    Listing listing;
    CHECK(
        listing.list(some_tokens()).text ==
        "Personal Access Tokens:\n"
        "\n"
        "| Name | ID | Created At | Expires At | Last Used | State | Remarks |\n"
        "|---|---|---|---|---|---|---|\n"
        "| a\\|b c⟨U+202E⟩d\\\\ | pat-x | 2026-08-25 | Never | Never used | active | no expiry; unused for "
        "90 "
        "days |\n"
        "| dev-local | pat-def | 2026-03-01 | Never | Never used | active | no expiry; unused for 90 days |\n"
        "| ci-pipeline | pat-abc | 2026-01-15 | 2026-12-01 | 3 days 4 hours ago | expiring | – |\n"
        "| old-one | pat-old | 2025-01-01 | 2026-01-01 | Never used | expired | – |\n"
        "\n"
        "Token values are never listed: they are only shown once, at creation time.\n");
}

TEST_CASE("the message counts, of how many, and what comes next fits what was listed") {
    Listing listing;
    const auto told = [&](const Json& items, Json arguments) {
        const auto result = listing.list(items, std::move(arguments)).structured;
        return result.at("message").get<std::string>() + " " + result.at("next").get<std::string>();
    };
    CHECK(told(some_tokens(), {{"limit", 1}})
              .starts_with("1 of 4 access tokens; values are never listed. For more"));
    CHECK(told({some_tokens()[0]}, Json::object())
              .starts_with("1 access token; values are never listed. Use an id"));
    CHECK(told(Json::array(), Json::object()) ==
          "There are no personal access tokens. Create one with tfy_access_tokens_create if the user wants "
          "one.");
}

TEST_CASE("structuredContent holds the same, with null for what is not") {
    Listing listing;
    const auto result = listing.list(some_tokens());
    CHECK(result.structured.at("total") == 4);
    CHECK_FALSE(result.structured.contains("next_cursor"));
    CHECK(result.structured.at("tokens").at(2) == Json{{"id", "pat-abc"},
                                                       {"name", "ci-pipeline"},
                                                       {"created_at", "2026-01-15T08:00:00.000Z"},
                                                       {"expires_at", "2026-12-01T00:00:00.000Z"},
                                                       {"last_used_at", "2026-11-20T07:12:44.000Z"},
                                                       {"expired", false},
                                                       {"state", "expiring"},
                                                       {"type", "jwt"},
                                                       {"owner", "platform"},
                                                       {"remarks", Json::array()}});
    const auto plain = result.structured.at("tokens").at(1);
    for (const auto* key : {"expires_at", "last_used_at", "type", "owner"}) CHECK(plain.at(key).is_null());
    CHECK(plain.at("remarks") == Json{"no_expiry", "unused_90_days"});
    CHECK(result.structured.at("tokens").at(3).at("expired") == true);
}

TEST_CASE("state chooses; a token that expires within 30 days is active, too") {
    Listing listing;
    CHECK(ids(listing.list(some_tokens(), {{"state", "active"}})) == Ids{"pat-x", "pat-def", "pat-abc"});
    CHECK(ids(listing.list(some_tokens(), {{"state", "expiring"}})) == Ids{"pat-abc"});
    CHECK(ids(listing.list(some_tokens(), {{"state", "expired"}})) == Ids{"pat-old"});
}

TEST_CASE("the edges of expiring are 30 days from now, and now") {
    Listing listing;
    auto token = item("a", "a");
    const auto state_at = [&](policy::Time expires) {
        token["manifest"]["expiration_date"] = policy::format_time(expires);
        return listing.list({token}).structured.at("tokens").at(0).at("state").get<std::string>();
    };
    CHECK(state_at(noon) == "expired");
    CHECK(state_at(noon + 1ms) == "expiring");
    CHECK(state_at(noon + std::chrono::days{30}) == "expiring");
    CHECK(state_at(noon + std::chrono::days{30} + 1ms) == "active");
    token["isExpired"] = true;
    CHECK(state_at(noon + 1h) == "expired");
}

TEST_CASE("name_contains is asked of upstream, and held to where upstream does not know it") {
    Listing listing;
    CHECK(ids(listing.list(some_tokens(), {{"name_contains", "local"}})) == Ids{"pat-def"});
    CHECK(ids(listing.list(some_tokens(), {{"name_contains", "PIPE"}})) == Ids{"pat-abc"});
}

TEST_CASE("a page says how far it comes and how to go on; the last one does not") {
    Listing listing;
    const auto first = listing.list(some_tokens(), {{"limit", 2}});
    CHECK(ids(first) == Ids{"pat-x", "pat-def"});
    CHECK(first.structured.at("total") == 4);
    const auto cursor = first.structured.at("next_cursor");
    CHECK(first.text.find("2 of 4 so far. For more, call again with cursor \"" + cursor.get<std::string>() +
                          "\"") != std::string::npos);
    const auto second = listing.list(some_tokens(), {{"limit", 2}, {"cursor", cursor}});
    CHECK(ids(second) == Ids{"pat-abc", "pat-old"});
    CHECK_FALSE(second.structured.contains("next_cursor"));
}

TEST_CASE("the same place is the same cursor, whenever it is asked for, but in a list by last use") {
    Listing listing;
    const auto cursor = [&](const char* sort) {
        return listing.list(some_tokens(), {{"limit", 2}, {"sort", sort}}).structured.at("next_cursor");
    };
    const auto by_name = cursor("name");
    const auto by_use = cursor("last_used");
    CHECK(cursor("-name") != by_name);
    listing.clock.advance(1ms);
    CHECK(cursor("name") == by_name);
    CHECK(cursor("last_used") != by_use);  // it holds when the first page was made
}

TEST_CASE("a cursor that was never given out is refused before upstream is asked") {
    Listing listing;
    const auto refused = run_read(listing.tool, {{"cursor", "../x"}});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::refused);
    CHECK(listing.exchange.sent.empty());
}

TEST_CASE("50 tokens are a page, and a repeated call is the same call") {
    Listing listing;
    CHECK(listing.tool.canonical(Json::object(), noon).value() == Json{{"limit", 50}});
    CHECK(listing.tool.canonical({{"limit", 5.0}}, noon).value().dump() == R"({"limit":5})");
    Json many = Json::array();
    for (int i = 0; i < 60; ++i) many.push_back(item("id" + std::to_string(i), "n"));
    CHECK(ids(listing.list(many)).size() == 50);
}

TEST_CASE("an empty list says so, and what to leave out where something was asked for") {
    Listing listing;
    CHECK(listing.list(Json::array()).text.starts_with("There are no personal access tokens."));
    const auto none = listing.list(some_tokens(), {{"name_contains", "zzz"}});
    CHECK(none.text.starts_with("No personal access token matches."));
    CHECK(none.structured.at("tokens") == Json::array());
    CHECK(none.structured.at("total") == 0);
    CHECK(none.structured.at("message").get<std::string>().starts_with("No personal access token matches."));
}

TEST_CASE("what upstream keeps for itself is not listed") {
    Listing listing;
    auto token = item("a", "a");
    token["jwts"] = {{{"id", "JWT-MARK"}}};
    token["jwtId"] = "JWT-MARK";
    token["metadata"] = {{"k", "META-MARK"}};
    const auto result = listing.list({token});
    CHECK((result.text + result.structured.dump()).find("MARK") == std::string::npos);
}

TEST_CASE("an upstream failure is passed on as it was worded") {
    Listing listing;
    listing.exchange.expect(get_all, answer(403));
    CHECK(run_read(listing.tool)
              .error()
              .message.starts_with("Cannot manage access tokens. Check your API key permissions."));
}

}  // namespace tfy::list_test
