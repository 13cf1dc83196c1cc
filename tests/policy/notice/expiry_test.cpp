// That a token ends soon: at which thresholds, under which name, and what is said.
#include "policy/notice/expiry.hpp"

#include <doctest/doctest.h>

#include "policy/notice/retry.hpp"
#include "policy/notice/words.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::notice::expiry_test {
namespace {

using namespace std::chrono_literals;
using Event = policy::Channel::Event;
using days = std::chrono::days;

const policy::Time noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h;

TokenEnd end(int threshold, bool own_key = false) {
    return {
        .id = "pat-1", .name = "ci-runner", .expires = noon + days{5}, .own_key = own_key, .days = threshold};
}

Notice told(const TokenEnd& token) {
    return {.id = "evt_1",
            .event = Event::token_expiring,
            .at = noon,
            .token = token,
            .page_url = "https://tfy.example.com/approvals"};
}

}  // namespace

TEST_CASE("the threshold is the least within which a token ends") {
    struct Row {
        policy::Duration left;
        std::optional<int> days;
    };
    const Row rows[] = {
        {days{30} + 1ms, {}}, {days{30}, 30}, {days{7} + 1ms, 30}, {days{7}, 7},   {days{1} + 1ms, 7},
        {days{1}, 1},         {1ms, 1},       {0ms, {}},           {-days{1}, {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.left.count());
        CHECK(days_threshold(noon + row.left, noon) == row.days);
    }
}

TEST_CASE("each token, end and threshold is told for itself; this server's key is one, listed or not") {
    CHECK(end(7).subject() == end(1).subject());
    CHECK(end(7).kind() != end(1).kind());
    auto later = end(7);
    later.expires += days{90};
    CHECK(later.subject() != end(7).subject());
    auto other = end(7);
    other.id = "pat-2";
    CHECK(other.subject() != end(7).subject());
    const TokenEnd unlisted{.expires = end(7).expires, .own_key = true};
    CHECK(unlisted.subject() == end(7, true).subject());
}

TEST_CASE("the journal's record comes back as it was, and a name's value is not in it") {
    const auto token = leaks::opaque_token(5, 40);
    const auto redactor = leaks::redactor_for({{"ci", token}});
    const auto back = read_token_end(Json::parse(journal_body(end(7, true), redactor).text()));
    REQUIRE(back.has_value());
    CHECK(back->id == "pat-1");
    CHECK(back->name == "ci-runner");
    CHECK(back->expires == end(7).expires);
    CHECK(back->days == 7);
    CHECK(back->own_key);
    auto hostile = end(7);
    hostile.name = "ci " + token;
    CHECK(std::string(journal_body(hostile, redactor).text()).find(token.substr(0, 12)) == std::string::npos);
    for (const auto format : {policy::Channel::Format::json, policy::Channel::Format::slack,
                              policy::Channel::Format::email, policy::Channel::Format::pagerduty}) {
        const auto message = message_of(told(hostile), format, redactor);
        CHECK(std::string(message.body.text()).find(token.substr(0, 12)) == std::string::npos);
        CHECK(std::string(message.subject.text()).find(token.substr(0, 12)) == std::string::npos);
    }
    for (const auto* text : {"null", "{}", R"({"expires_at":"soon","days":7,"own_key":false})",
                             R"({"expires_at":"2026-11-23T12:00:00Z","days":"7","own_key":false})"})
        CHECK_FALSE(read_token_end(Json::parse(text)));
}

TEST_CASE("the words say what ends and when; a key's own end is said to be this server's") {
    const auto words = words_of(told(end(7)), fakes::no_tokens());
    CHECK(words.summary == "Token ci-runner ends within 7 days");
    CHECK(words_of(told(end(1)), fakes::no_tokens()).summary == "Token ci-runner ends within 1 day");
    CHECK(words_of(told(end(1, true)), fakes::no_tokens()).summary ==
          "This server's own key ends within 1 day");
    const auto json = json_body(told(end(7)), fakes::no_tokens());
    CHECK(json["type"] == "token.expiring");
    CHECK(json["token"]["name"] == "ci-runner");
    CHECK(json["token"]["days"] == 7);
    CHECK_FALSE(json.contains("approval"));
    const auto alert = pagerduty_body(told(end(30)), fakes::no_tokens());
    CHECK(alert["payload"]["severity"] == "info");
    CHECK(alert["dedup_key"] == pagerduty_body(told(end(1)), fakes::no_tokens())["dedup_key"]);
    CHECK_FALSE(is_old_news(told(end(7)), noon + 23h));
    CHECK(is_old_news(told(end(7)), noon + 25h));
    auto over = told(end(1));
    over.token->expires = noon + 1h;
    CHECK(is_old_news(over, noon + 1h));
}

}  // namespace tfy::notice::expiry_test
