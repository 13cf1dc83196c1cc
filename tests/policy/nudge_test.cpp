// When a request that waits is told of again.
#include "policy/nudge.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/rules.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::nudge_test {
namespace {

using namespace examples;
using namespace std::chrono_literals;
using Event = Channel::Event;
using State = Approval::State;

Approval waiting(std::optional<Duration> remind_after, std::optional<Duration> escalate_after) {
    auto made = pending();
    made.created = noon;
    made.expires = noon + 15min;
    policy::ApprovalForTests::terms(made).remind_after = remind_after;
    policy::ApprovalForTests::terms(made).escalate_after = escalate_after;
    policy::ApprovalForTests::terms(made).escalate_to = {"oncall"};
    return made;
}

}  // namespace

TEST_CASE("a reminder and an escalation are due when their time has passed, while the request waits") {
    struct Row {
        const char* name;
        Duration passed;
        std::vector<Event> due;
    };
    const Row rows[] = {
        {"too early", 5min - 1ms, {}},
        {"at the very time", 5min, {Event::reminded}},
        {"both", 10min, {Event::reminded, Event::escalated}},
        {"at the end", 15min - 1ms, {Event::reminded, Event::escalated}},
        {"over", 15min, {}},
    };
    const auto both = waiting(5min, 10min);
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(nudges_due(both, noon + row.passed) == row.due);
    }
    CHECK(nudges_due(waiting(std::nullopt, std::nullopt), noon + 14min).empty());
    CHECK(nudges_due(waiting(std::nullopt, 1min), noon + 14min) == std::vector{Event::escalated});
    for (const auto state : {State::approved, State::denied, State::withdrawn, State::executing}) {
        auto decided = both;
        ApprovalForTests::state(decided) = state;
        CHECK(nudges_due(decided, noon + 14min).empty());
    }
}

TEST_CASE("the next one is the earlier of those that are still to come") {
    const auto both = waiting(5min, 10min);
    CHECK(next_nudge(both, noon) == noon + 5min);
    CHECK(next_nudge(both, noon + 5min) == noon + 10min);
    CHECK_FALSE(next_nudge(both, noon + 10min));
    CHECK(next_nudge(waiting(9min, 3min), noon) == noon + 3min);
    CHECK_FALSE(next_nudge(waiting(std::nullopt, std::nullopt), noon));
}

TEST_CASE("terms keep what the rule said when it was asked, over storage") {
    const auto back = Approval::restore(waiting(5min, 10min).json());
    REQUIRE(back.has_value());
    CHECK(back->terms().remind_after == Duration{5min});
    CHECK(back->terms().escalate_after == Duration{10min});
    CHECK(back->terms().escalate_to == std::vector<std::string>{"oncall"});
    const auto without = waiting(std::nullopt, std::nullopt).json();
    CHECK_FALSE(without.contains("remind_after_ms"));
    CHECK_FALSE(without.contains("escalate_after_ms"));
}

TEST_CASE("reminders and escalations are read, and refused where no one would be told") {
    const std::string channel =
        "[notify.oncall]\ntype = \"pagerduty\"\nrouting_key_file = \"/k\"\nevents = [\"decided\"]\n";
    const std::string chat = "[notify.chat]\ntype = \"slack\"\nurl_file = \"/u\"\n";
    const std::string escalation = "escalate_after = \"10m\"\nescalate_to = [\"oncall\"]\n";
    const auto read = read_rules("[[rule]]\nremind_after = \"5m\"\n" + escalation + channel + chat);
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    CHECK(read->rules[0].remind_after == Duration{5min});
    CHECK(read->rules[0].escalate_after == Duration{10min});
    CHECK(read->rules[0].escalate_to == std::vector<std::string>{"oncall"});
    struct Row {
        const char* name;
        std::string toml;
        const char* words;
    };
    const Row rows[] = {
        {"no such channel", "[[rule]]\nescalate_after = \"1m\"\nescalate_to = [\"oncal\"]\n" + channel,
         "line 1: 'escalate_to' holds 'oncal', and there is no [notify.oncal]; did you mean 'oncall'?"},
        {"no channel at all", "[[rule]]\n" + escalation, "there is no [notify.oncall]"},
        {"a time alone", "[[rule]]\nescalate_after = \"1m\"\n" + channel, "go together"},
        {"channels alone", "[[rule]]\nescalate_to = [\"oncall\"]\n" + channel, "go together"},
        {"as long as the lifetime", "[[rule]]\nremind_after = \"15m\"\n" + chat, "less than 'lifetime'"},
        {"too long for its lifetime", "[[rule]]\nlifetime = \"5m\"\n" + escalation + channel,
         "less than 'lifetime'"},
        {"no one to remind", "[[rule]]\nremind_after = \"5m\"\n" + channel, "has no one to remind"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto refused = read_rules(row.toml);
        REQUIRE_FALSE(refused.has_value());
        CAPTURE(refused.error().message);
        CHECK(refused.error().message.find(row.words) != std::string::npos);
    }
}

TEST_CASE("two rules for one call remind as soon as either, and escalate to both") {
    Rule one, other;
    one.remind_after = 5min;
    one.escalate_after = 10min;
    one.escalate_to = {"oncall"};
    other.remind_after = 2min;
    auto joined = both(one, other, Assurance::client);
    REQUIRE(joined.has_value());
    CHECK(joined->remind_after == Duration{2min});
    CHECK(joined->escalate_after == Duration{10min});
    other.escalate_after = 3min;
    other.escalate_to = {"leads", "oncall"};
    joined = both(one, other, Assurance::client);
    CHECK(joined->escalate_after == Duration{3min});
    CHECK(joined->escalate_to == std::vector<std::string>{"oncall", "leads"});
}

}  // namespace tfy::policy::nudge_test
