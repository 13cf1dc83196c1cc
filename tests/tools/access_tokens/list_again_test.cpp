// A list that is asked for again is the same answer, for as long as it is made anew it would say the same.
#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"
#include "tools/access_tokens/list.hpp"

namespace tfy::list_again_test {

using namespace tfy::examples;
using std::chrono::days;

namespace {

Json token(const std::string& id, policy::Time created, Json expires, Json used) {
    auto made = item(id, "name-of-" + id, policy::format_time(created));
    made["manifest"]["expiration_date"] = std::move(expires);
    made["lastAccessedAt"] = std::move(used);
    return made;
}

Json written(policy::Time time) { return policy::format_time(time); }

Json some_tokens() {
    return {token("a", noon - days{1}, nullptr, nullptr),
            token("b", noon - days{2}, written(noon + days{40}), written(noon - 20s)),
            token("c", noon - days{200}, written(noon + 5min), written(noon - 5h)),
            token("d", noon - days{89}, written(noon - days{1}), nullptr),
            token("e", noon - days{300}, nullptr, written(noon - days{89} - 23h))};
}

/// As a server has it that is asked again and again.
struct Listing : Upstream {
    ManualClock clock{noon};
    access_tokens::ListAccessTokens tool{client, clock, policy::SealKey{}};
    Json tokens = some_tokens();

    Listing() {
        exchange.then([this](const std::string&) { return answer(200, page(tokens)); });
    }
    tools::ToolResult list(Json arguments, const std::string& principal = "stdio:alice") {
        auto asked = call(tool, tool.canonical(std::move(arguments), noon).value(), principal);
        return run(tool.run(policy::PermitForTests::reading(std::move(asked)))).value();
    }
    std::shared_ptr<const void> is(Json arguments, const std::string& principal = "stdio:alice") {
        const auto result = list(std::move(arguments), principal);
        return result.again ? result.again->is : nullptr;
    }
};

const Json first_two = {{"limit", 2}};

void check_same(const tools::ToolResult& kept, const tools::ToolResult& anew) {
    CHECK(kept.text == anew.text);
    CHECK(kept.structured == anew.structured);
}

}  // namespace

TEST_CASE("the same page of the same list is the same answer; any other one is not") {
    Listing listing;
    CHECK(listing.is(first_two) == nullptr);  // the list was not known yet
    const auto first = listing.is(first_two);
    REQUIRE(first != nullptr);
    CHECK(listing.is(first_two) == first);
    CHECK(listing.is({{"limit", 3}}) != first);
    CHECK(listing.is({{"limit", 2}, {"sort", "name"}}) != first);
    CHECK(listing.is(first_two, "http:another") != first);
    const auto cursor = tools::made(listing.list(first_two)).structured.at("next_cursor");
    const auto second = listing.is({{"limit", 2}, {"cursor", cursor}});
    CHECK(second != nullptr);
    CHECK(second != first);
    CHECK(listing.is(first_two) == first);
    CHECK(listing.is({{"limit", 2}, {"state", "active"}}) == nullptr);
    CHECK(listing.is({{"limit", 2}, {"sort", "last_used"}}) == nullptr);
}

TEST_CASE("a list that has changed is another answer") {
    Listing listing;
    std::ignore = listing.list(first_two);
    const auto before = listing.is(first_two);
    listing.tokens[4]["manifest"]["name"] = "renamed";
    CHECK(listing.is(first_two) == nullptr);
    CHECK(listing.is(first_two) != before);
}

TEST_CASE("at each moment a known list says what one that is read anew says, page by page") {
    Listing known;
    for (const auto later :
         {0ms, 1ms, 39'999ms, 40'000ms, 40'001ms, 60'000ms, 61'000ms, 299'999ms, 300'000ms, 300'001ms}) {
        for (const auto day : {0, 1, 10, 89}) {
            known.clock.set(noon + later + days{day});
            Listing anew;
            anew.clock.set(noon + later + days{day});
            for (const auto* sort :
                 {"created", "-created", "name", "-name", "expires", "-expires", "last_used"}) {
                CAPTURE(sort);
                CAPTURE(later.count());
                CAPTURE(day);
                anew.client.forget_pages();
                Json arguments = {{"limit", 2}, {"sort", sort}};
                for (int pages = 0; pages < 3; ++pages) {
                    const auto one = tools::made(known.list(arguments));
                    anew.client.forget_pages();
                    check_same(one, tools::made(anew.list(arguments)));
                    if (one.structured.contains("next_cursor"))
                        arguments["cursor"] = one.structured.at("next_cursor");
                }
            }
        }
    }
}

TEST_CASE("an answer holds until the next word of it would be another one") {
    Listing listing;
    std::ignore = listing.list(first_two);
    const auto last = [&](policy::Time now) {
        listing.clock.set(now);
        return listing.is({{"limit", 5}});
    };
    const auto first = last(noon);
    CHECK(last(noon + 999ms) == first);  // "20 seconds ago"
    CHECK(last(noon + 1s) != first);
    const auto later = last(noon + 1min);
    CHECK(last(noon + 1min + 999ms) == later);  // "1 minute 20 seconds ago"
    CHECK(last(noon + 61s) != later);
    CHECK(last(noon) != later);  // the clock was set back
}

TEST_CASE("of many questions about one list the last ones are known") {
    Listing listing;
    std::ignore = listing.list(first_two);
    const auto first = listing.is(first_two);
    for (std::size_t i = 0; i < truefoundry::AnswerNotes::most; ++i)
        std::ignore = listing.is(first_two, "http:" + std::to_string(i));
    CHECK(listing.is(first_two) != first);
}

}  // namespace tfy::list_again_test
