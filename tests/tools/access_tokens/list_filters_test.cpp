// Which tokens a list is of, in which order, and what its pages are worth while tokens come and go.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/tools/examples.hpp"
#include "tools/access_tokens/list.hpp"

namespace tfy::list_filters_test {

using namespace tfy::examples;
using std::chrono::days;

namespace {

using Ids = std::vector<std::string>;
using Moment = std::optional<policy::Time>;

Json a_token(std::string id, Moment created, Moment expires = {}, Moment used = {}) {
    const auto text = [](const Moment& time) {
        return time ? Json(policy::format_time(*time)) : Json(nullptr);
    };
    auto made = item(id, "name-of-" + id);
    made["createdAt"] = text(created);
    made["manifest"]["expiration_date"] = text(expires);
    made["lastAccessedAt"] = text(used);
    return made;
}

struct Asked : Upstream {
    ManualClock clock{noon};
    access_tokens::ListAccessTokens tool{client, clock, policy::SealKey{}};

    tools::ToolResult list(const Json& items, Json arguments) {
        exchange.expect(get_all, answer(200, page(items)));
        return run_read(tool, std::move(arguments)).value();
    }
    Ids ids(const Json& items, Json arguments) {
        Ids all;
        const auto result = list(items, std::move(arguments));
        for (const auto& token : result.structured.at("tokens"))
            all.push_back(token.at("id").get<std::string>());
        return all;
    }
    Error refused(Json arguments) {
        const auto result = run_read(tool, std::move(arguments));
        REQUIRE_FALSE(result.has_value());
        CHECK(exchange.sent.empty());
        return result.error();
    }
};

/// All pages, with what `between` makes of the tokens before each further one.
template <class Between>
Ids all_pages(Json tokens, Json arguments, Between between) {
    Asked asked;
    Ids seen;
    arguments["limit"] = 2;
    for (int page = 0; page < 50; ++page) {
        const auto result = asked.list(tokens, arguments);
        for (const auto& token : result.structured.at("tokens"))
            seen.push_back(token.at("id").get<std::string>());
        if (!result.structured.contains("next_cursor")) return seen;
        arguments["cursor"] = result.structured.at("next_cursor");
        between(tokens, seen);
    }
    FAIL("the pages do not end");
    return seen;
}

}  // namespace

TEST_CASE("expiring_within_days takes what still works and ends by then, to the millisecond") {
    Asked asked;
    const auto week = noon + days{7};
    const Json tokens = {a_token("never", noon), a_token("at", noon, week), a_token("past", noon, week + 1ms),
                         a_token("over", noon, noon)};
    CHECK(asked.ids(tokens, {{"expiring_within_days", 7}}) == Ids{"at"});
    CHECK(asked.ids(tokens, {{"expiring_within_days", 7}, {"state", "expiring"}}) == Ids{"at"});
    CHECK(asked.ids(tokens, {{"expiring_within_days", 7}, {"state", "active"}}) == Ids{"at"});
    CHECK(asked.ids(tokens, {{"state", "expiring"}}) == Ids{"at", "past"});
    const auto far = asked.list({a_token("far", noon, noon + days{60})}, {{"expiring_within_days", 90}});
    CHECK(far.structured.at("tokens").at(0).at("state") == "expiring");
    CHECK(asked.ids({a_token("far", noon, noon + days{60})}, {{"state", "expiring"}}).empty());
}

TEST_CASE("what could hold no token is refused before upstream is asked") {
    Asked asked;
    CHECK(asked.refused({{"expiring_within_days", 7}, {"state", "expired"}}).code == Errc::refused);
}

TEST_CASE("unused_for_days: last used longer ago, or never used and made longer ago") {
    Asked asked;
    const auto edge = noon - days{30};
    const Json tokens = {a_token("used-now", edge - days{99}, {}, noon),
                         a_token("used-at-edge", edge - days{99}, {}, edge),
                         a_token("used-before", edge - days{99}, {}, edge - 1ms),
                         a_token("never-and-new", edge),
                         a_token("never-and-old", edge - 1ms),
                         a_token("never-and-unknown", {})};
    auto found = asked.ids(tokens, {{"unused_for_days", 30}});
    std::ranges::sort(found);
    CHECK(found == Ids{"never-and-old", "never-and-unknown", "used-before"});
}

TEST_CASE("filters hold together") {
    Asked asked;
    const Json tokens = {a_token("a", noon - days{50}, noon + days{5}), a_token("b", noon - days{50}),
                         a_token("c", noon - days{5}, noon + days{5})};
    CHECK(asked.ids(tokens, {{"unused_for_days", 30}, {"state", "expiring"}}) == Ids{"a"});
}

TEST_CASE("each order, its reverse, and where what is absent stands; the same are sorted by id") {
    const Json tokens = {a_token("b", noon - days{3}, noon + days{9}, noon - days{1}),
                         a_token("c", noon - days{2}), a_token("a", noon - days{2}),
                         a_token("d", {}, noon + days{5}, noon - days{2})};
    struct Row {
        const char* sort;
        Ids order;
    };
    const Row rows[] = {{"created", {"d", "b", "a", "c"}},   {"-created", {"a", "c", "b", "d"}},
                        {"name", {"a", "b", "c", "d"}},      {"-name", {"d", "c", "b", "a"}},
                        {"expires", {"d", "b", "a", "c"}},   {"-expires", {"a", "c", "b", "d"}},
                        {"last_used", {"a", "c", "d", "b"}}, {"-last_used", {"b", "d", "a", "c"}}};
    for (const auto& row : rows) {
        CAPTURE(row.sort);
        Asked asked;
        CHECK(asked.ids(tokens, {{"sort", row.sort}}) == row.order);
        CHECK(all_pages(tokens, {{"sort", row.sort}}, [](Json&, const Ids&) {}) == row.order);
    }
}

TEST_CASE("no page repeats or skips a token that was there all the time, in any order") {
    for (const auto* sort :
         {"created", "-created", "name", "-name", "expires", "-expires", "last_used", "-last_used"}) {
        CAPTURE(sort);
        Json tokens = Json::array();
        for (int i = 0; i < 9; ++i)
            tokens.push_back(a_token("stays" + std::to_string(i), noon - days{i % 4},
                                     i % 3 == 0 ? Moment{} : noon + days{i % 2 + 1},
                                     i % 2 == 0 ? Moment{} : noon - days{i}));
        int round = 0;
        // The token shown last goes, and others come everywhere, those shown before included.
        const auto churn = [&round](Json& now, const Ids& seen) {
            std::erase_if(now.get_ref<Json::array_t&>(), [&seen](const Json& token) {
                return token.at("id") == seen.back() && seen.back().starts_with("comes");
            });
            ++round;
            const auto id = "comes" + std::to_string(round);
            now.insert(now.begin(),
                       a_token(id, noon - days{round % 5}, noon + days{round % 3}, noon - days{round % 7}));
        };
        auto seen = all_pages(tokens, {{"sort", sort}}, churn);
        std::ranges::sort(seen);
        CHECK(std::ranges::adjacent_find(seen) == seen.end());
        CHECK(std::ranges::count_if(seen, [](const auto& id) { return id.starts_with("stays"); }) == 9);
    }
}

TEST_CASE("a page goes on where the token that it ended with is gone") {
    const Json tokens = {a_token("a", noon), a_token("b", noon), a_token("c", noon), a_token("d", noon)};
    const auto seen = all_pages(tokens, Json::object(), [](Json& now, const Ids& shown) {
        std::erase_if(now.get_ref<Json::array_t&>(),
                      [&shown](const Json& token) { return token.at("id") == shown.back(); });
    });
    CHECK(seen == Ids{"a", "b", "c", "d"});
}

TEST_CASE("a cursor is good for the filters and the order that it was given for, whatever the limit") {
    const Json tokens = {a_token("a", noon), a_token("b", noon), a_token("c", noon)};
    const Json asked_first = {{"limit", 1}, {"state", "active"}, {"sort", "created"}};
    Asked first;
    const auto cursor = first.list(tokens, asked_first).structured.at("next_cursor");
    const Json others = {{"state", "expiring"},
                         {"sort", "-created"},
                         {"unused_for_days", 3},
                         {"expiring_within_days", 3},
                         {"name_contains", "x"}};
    for (const auto& [name, value] : others.items()) {
        CAPTURE(name);
        Asked other;
        auto arguments = asked_first;
        arguments[name] = value;
        arguments["cursor"] = cursor;
        const auto error = other.refused(arguments);
        CHECK(error.code == Errc::refused);
        CHECK(error.message.find("other filters or another sort") != std::string::npos);
    }
    Asked again;
    CHECK(again.ids(tokens, {{"limit", 2}, {"state", "active"}, {"sort", "created"}, {"cursor", cursor}}) ==
          Ids{"b", "c"});
}

TEST_CASE("in the order of last use a page says that tokens were used meanwhile, and so moved") {
    Asked asked;
    Json tokens = {a_token("a", noon, {}, noon - 1h), a_token("b", noon, {}, noon - 2h),
                   a_token("c", noon, {}, noon - 3h)};
    const Json arguments = {{"limit", 2}, {"sort", "-last_used"}};
    const auto first = asked.list(tokens, arguments);
    CHECK_FALSE(first.structured.contains("moved"));
    auto more = arguments;
    more["cursor"] = first.structured.at("next_cursor");
    CHECK_FALSE(asked.list(tokens, more).structured.contains("moved"));
    asked.clock.set(noon + 1h);
    tokens[2]["lastAccessedAt"] = policy::format_time(noon + 1min);
    const auto second = asked.list(tokens, more);
    CHECK(second.structured.at("moved") == 1);
    CHECK(second.text.find("1 of these tokens were used") != std::string::npos);
}

}  // namespace tfy::list_filters_test
