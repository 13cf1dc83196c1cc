// Who may ask what, and what it takes to run it.
#include "policy/gate.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "tests/fakes/rules.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::gate_test {
namespace {

using State = Approval::State;
using namespace examples;

Gate gate_of(const char* toml) { return Gate(read_rules(toml).value()); }

std::string outcome(const Verdict& verdict) {
    if (const auto* ask = std::get_if<Ask>(&verdict)) return "ask by line " + std::to_string(ask->rule.line);
    if (const auto* refusal = std::get_if<Denial>(&verdict))
        return "refused by line " + std::to_string(refusal->line);
    return "permit";
}

Approval executing(const Call& call = remove_call()) {
    return *begin(approved(call), "process-1", noon + 1s);
}

}  // namespace

TEST_CASE("the first rule that matches decides; without one, only reading passes") {
    struct Row {
        const char* name;
        const char* rules;
        Call call;
        const char* subject;
        const char* outcome;
    };
    auto from = [](const char* principal, const char* client) {
        auto call = remove_call();
        call.caller.principal = principal;
        call.caller.client = client;
        return call;
    };
    const auto remove = remove_call(), list = list_call();
    const Row rows[] = {
        {"no rules: a change is refused", "", remove, "ci", "refused by line 0"},
        {"no rules: reading passes", "", list, "", "permit"},
        {"a bare rule asks", "[[rule]]", remove, "ci", "ask by line 1"},
        {"a bare rule lets reading pass", "[[rule]]", list, "", "permit"},
        {"another tool's rule does not count", "[[rule]]\ntools=['tfy_access_tokens_create']", remove, "ci",
         "refused by line 0"},
        {"first ask, then deny", "[[rule]]\n[[rule]]\nsays='deny'", remove, "ci", "ask by line 1"},
        {"first deny, then ask", "[[rule]]\nsays='deny'\n[[rule]]", remove, "ci", "refused by line 1"},
        {"one of several patterns", "[[rule]]\ntools=['tfy_access_tokens_create','*_delete']", remove, "ci",
         "ask by line 1"},
        {"principal fits", "[[rule]]\nprincipals=['stdio:*']", remove, "ci", "ask by line 1"},
        {"principal does not fit", "[[rule]]\nprincipals=['http:*']", remove, "ci", "refused by line 0"},
        {"principal is compared whole", "[[rule]]\nprincipals=['stdio:alic']", remove, "ci",
         "refused by line 0"},
        {"client fits", "[[rule]]\nclients=['claude-code*']", remove, "ci", "ask by line 1"},
        {"client does not fit", "[[rule]]\nclients=['cursor*']", remove, "ci", "refused by line 0"},
        {"nameless client, any", "[[rule]]", from("stdio:alice", ""), "ci", "ask by line 1"},
        {"nameless client, one asked for", "[[rule]]\nclients=['?*']", from("stdio:alice", ""), "ci",
         "refused by line 0"},
        {"name fits", "[[rule]]\nnames=['prod-*']\nsays='deny'\n[[rule]]", remove, "prod-db",
         "refused by line 1"},
        {"name does not fit", "[[rule]]\nnames=['prod-*']\nsays='deny'\n[[rule]]", remove, "ci-db",
         "ask by line 4"},
        {"no name: only * fits", "[[rule]]\nnames=['prod-*']\n[[rule]]\nsays='deny'", remove, "",
         "refused by line 3"},
        {"no name: ** is not *", "[[rule]]\nnames=['**']", remove, "", "refused by line 0"},
        {"no name: * among others", "[[rule]]\nnames=['prod-*','*']", remove, "", "ask by line 1"},
        {"all four must fit", "[[rule]]\nprincipals=['stdio:*']\nclients=['cursor*']\nnames=['ci']", remove,
         "ci", "refused by line 0"},
        {"deny for all does not touch reading", "[[rule]]\nsays='deny'", list, "", "permit"},
        {"deny by name stops reading", "[[rule]]\ntools=['tfy_access_tokens_list']\nsays='deny'", list, "",
         "refused by line 1"},
        {"deny by pattern stops reading", "[[rule]]\ntools=['tfy_access_*']\nsays='deny'", list, "",
         "refused by line 1"},
        {"a rule for all does not hide a later deny of reading",
         "[[rule]]\n[[rule]]\ntools=['tfy_access_tokens_list']\nsays='deny'", list, "", "refused by line 2"},
        {"ask by name lets reading pass, before a later deny",
         "[[rule]]\ntools=['*_list']\n[[rule]]\ntools=['tfy_*']\nsays='deny'", list, "", "permit"},
        {"deny of reading for one principal",
         "[[rule]]\ntools=['*_list']\nprincipals=['http:*']\nsays='deny'", list, "", "permit"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(outcome(gate_of(row.rules).judge(row.call, row.subject, noon)) == row.outcome);
    }
}

TEST_CASE("a rule holds in its hours only; outside of them the next one decides") {
    struct Row {
        const char* name;
        const char* rules;
        Time now;
        Call call;
        const char* outcome;
    };
    const auto remove = remove_call(), list = list_call();
    constexpr auto workdays = "[[rule]]\nwhen='Mon-Fri 08:00-18:00 UTC'";
    constexpr auto workdays_else_deny = "[[rule]]\nwhen='Mon-Fri 08:00-18:00 UTC'\n[[rule]]\nsays='deny'";
    constexpr auto never_at_night = "[[rule]]\nwhen='Mon-Sun 18:00-08:00 UTC'\nsays='deny'\n[[rule]]";
    constexpr auto no_list_at_night =
        "[[rule]]\ntools=['*_list']\nwhen='Mon-Sun 18:00-08:00 UTC'\nsays='deny'";
    const auto night = noon + 11h, saturday = noon + 5 * 24h;  // noon is on a Monday
    const Row rows[] = {
        {"within", workdays, noon, remove, "ask by line 1"},
        {"after hours nothing covers it", workdays, night, remove, "refused by line 0"},
        {"on another day nothing covers it", workdays, saturday, remove, "refused by line 0"},
        {"within, before a deny", workdays_else_deny, noon, remove, "ask by line 1"},
        {"after hours the next rule decides", workdays_else_deny, night, remove, "refused by line 3"},
        {"a deny has hours, too", never_at_night, night, remove, "refused by line 1"},
        {"and ends with them", never_at_night, noon, remove, "ask by line 4"},
        {"reading is denied in the hours", no_list_at_night, night, list, "refused by line 1"},
        {"reading passes outside of them", no_list_at_night, noon, list, "permit"},
        {"hours of an ask do not stop reading", "[[rule]]\ntools=['*_list']\nwhen='Tue 08:00-18:00 UTC'",
         noon, list, "permit"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(outcome(gate_of(row.rules).judge(row.call, "ci", row.now)) == row.outcome);
    }
}

TEST_CASE("who is refused because of the hours is told the hours") {
    const auto gate = gate_of(
        "[[rule]]\nnames=['prod-*']\nwhen='Sun 08:00-09:00 UTC'\n"
        "[[rule]]\nsays='deny'\nwhen='Sun 08:00-09:00 UTC'\n"
        "[[rule]]\nwhen='Mon-Fri 08:00-09:00 UTC'\n");
    const auto refusal = std::get<Denial>(gate.judge(remove_call(), "ci", noon));
    CHECK(refusal.hours == "Mon-Fri 08:00-09:00 UTC");
    CHECK(refusal.because ==
          "no rule of the policy covers this call at this time, but one does Mon-Fri 08:00-09:00 UTC");
    const auto never = gate_of("[[rule]]\nprincipals=['http:*']\nwhen='Sun 08:00-09:00 UTC'");
    CHECK(std::get<Denial>(never.judge(remove_call(), "ci", noon)).hours.empty());
}

TEST_CASE("no rules whatever give a change leave to run without a person") {
    const char* words[] = {"ask", "deny"};
    const char* patterns[] = {"*", "tfy_*", "tfy_access_tokens_delete"};
    for (const auto* says : words)
        for (const auto* pattern : patterns) {
            Rules rules;
            rules.rules.push_back(Rule{.tools = {pattern}});
            rules.rules.back().says = std::string_view(says) == "ask" ? Rule::Says::ask : Rule::Says::deny;
            CHECK_FALSE(std::holds_alternative<ReadPermit>(Gate(rules).judge(remove_call(), "ci", noon)));
        }
}

TEST_CASE("a verdict carries the call, the rule and its words") {
    const auto gate = gate_of(
        "[[rule]]\ntools=['*_delete']\nsays='deny'\nbecause='by hand "
        "only'\n[[rule]]\ntools=['*_list']\nsays='deny'");
    const auto denied = gate.judge(remove_call(), "ci", noon);
    CHECK(std::get<Denial>(denied).because == "by hand only");
    CHECK_FALSE(std::get<Denial>(gate.judge(list_call(), "", noon)).because.empty());
    CHECK_FALSE(std::get<Denial>(Gate(Rules{}).judge(remove_call(), "ci", noon)).because.empty());

    const auto permit = Gate(Rules{}).judge(list_call(), "", noon);
    CHECK(std::get<ReadPermit>(permit).call().tool == "tfy_access_tokens_list");
    const auto asked = gate_of("[[rule]]\nbecause='sure?'").judge(remove_call(), "ci", noon);
    CHECK(digest(std::get<Ask>(asked).call) == digest(remove_call()));
    CHECK(std::get<Ask>(asked).rule.because == "sure?");
}

TEST_CASE("a request binds the digest, sets the times and takes the rule's terms") {
    Rule rule;
    rule.lifetime = 5min;
    rule.reason_required = true;
    rule.because = "it cannot be undone";
    rule.reveal = {Destination::none, Destination::page};
    const auto request =
        Gate(Rules{}).request({remove_call(), rule}, remove_facts(), "apr_7", "cleaning up", noon);
    CHECK(request.id == "apr_7");
    CHECK(request.digest() == digest(remove_call()));
    CHECK(digest(request.call) == request.digest());
    CHECK(request.state() == State::pending);
    CHECK(request.created == noon);
    CHECK(request.expires == noon + 5min);
    CHECK(request.terms().reason_required);
    CHECK(request.terms().because == "it cannot be undone");
    CHECK(request.agent_reason == "cleaning up");
    CHECK(request.facts.json() == remove_facts().json());
    CHECK(request.terms().destinations.empty());
    CHECK_FALSE(request.decision());
    CHECK(request.outcome.is_null());

    auto create = remove_facts();
    create.yields_value = true;
    CHECK(Gate(Rules{}).request({remove_call(), rule}, create, "apr_8", "", noon).terms().destinations ==
          rule.reveal);
}

TEST_CASE("the assurance asked for is the rule's, and without one the transport's") {
    struct Row {
        std::optional<Assurance> rule;
        Assurance transport, asked;
    };
    using enum Assurance;
    const Row rows[] = {{{}, client, client},
                        {{}, signed_in, signed_in},
                        {signed_in, client, signed_in},
                        {terminal, signed_in, terminal},
                        {client, signed_in, client}};
    for (const auto& row : rows) {
        auto call = remove_call();
        call.caller.default_assurance = row.transport;
        Rule rule;
        rule.min_assurance = row.rule;
        CHECK(Gate(Rules{}).request({call, rule}, remove_facts(), "apr_1", "", noon).terms().min_assurance ==
              row.asked);
    }
}

TEST_CASE("a claimed approval admits the call it was given for, until it expires") {
    struct Row {
        const char* name;
        std::function<void(Approval&)> change;
        Call made;
        Time now;
        std::optional<Errc> error;
    };
    const auto nothing = [](Approval&) {};
    const auto state = [](State to) { return [to](Approval& a) { ApprovalForTests::state(a) = to; }; };
    auto other_client = remove_call();
    other_client.caller.client = "another";
    auto other_principal = remove_call();
    other_principal.caller.principal = "stdio:mallory";
    auto other_tool = remove_call();
    other_tool.tool = "tfy_access_tokens_create";
    auto other_place = remove_call();
    other_place.base_url = "https://prod.example.com";
    const auto same = remove_call(), other = remove_call("pat-b");
    const Row rows[] = {
        {"claimed, same call, in time", nothing, same, noon + 1s, {}},
        {"through another client", nothing, other_client, noon + 1s, {}},
        {"a millisecond before expiry", nothing, same, noon + 15min - 1ms, {}},
        {"at the very moment of expiry", nothing, same, noon + 15min, Errc::expired},
        {"arguments changed afterwards", nothing, other, noon + 1s, Errc::superseded},
        {"another principal", nothing, other_principal, noon + 1s, Errc::superseded},
        {"another tool", nothing, other_tool, noon + 1s, Errc::superseded},
        {"another control plane", nothing, other_place, noon + 1s, Errc::superseded},
        {"digest exchanged for the other call's",
         [&](Approval& a) { policy::ApprovalForTests::digest(a) = digest(other); }, other, noon + 1s,
         Errc::superseded},
        {"what the person saw was exchanged", [&](Approval& a) { a.call = other; }, same, noon + 1s,
         Errc::superseded},
        {"pending", state(State::pending), same, noon + 1s, Errc::refused},
        {"approved but not claimed", state(State::approved), same, noon + 1s, Errc::refused},
        {"succeeded", state(State::succeeded), same, noon + 1s, Errc::refused},
        {"failed", state(State::failed), same, noon + 1s, Errc::refused},
        {"unknown", state(State::unknown), same, noon + 1s, Errc::refused},
        {"denied", state(State::denied), same, noon + 1s, Errc::refused},
        {"expired", state(State::expired), same, noon + 1s, Errc::refused},
        {"withdrawn", state(State::withdrawn), same, noon + 1s, Errc::refused},
        {"no decision", [](Approval& a) { ApprovalForTests::decision(a).reset(); }, same, noon + 1s,
         Errc::refused},
        {"a person said no", [](Approval& a) { ApprovalForTests::decision(a)->approved = false; }, same,
         noon + 1s, Errc::refused},
        {"decided with too little assurance",
         [](Approval& a) {
             ApprovalForTests::votes(a).front().assurance = Assurance::client;
             policy::ApprovalForTests::terms(a).min_assurance = Assurance::terminal;
         },
         same, noon + 1s, Errc::refused},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto approval = executing();
        row.change(approval);
        const auto permit = Gate(Rules{}).redeem(ClaimForTests::make(approval), row.made, row.now);
        CHECK(permit.has_value() == !row.error);
        if (!row.error || permit) continue;
        CHECK(permit.error().code == *row.error);
        CHECK(permit.error().message.ends_with(" Nothing was done."));
    }
}

TEST_CASE("a permit carries what was approved, and by whom") {
    const auto permit = Gate(Rules{}).redeem(ClaimForTests::make(executing()), remove_call(), noon + 1s);
    REQUIRE(permit.has_value());
    CHECK(permit->call().arguments == Json{{"id", "pat-a"}});
    CHECK(permit->grant().approval_id == "apr_1");
    CHECK(permit->grant().facts.json() == remove_facts().json());
    CHECK(permit->grant().decision.by == "grace@example.com");
}

TEST_CASE("the showing of a value follows from its creation only where the person chose the agent") {
    struct Row {
        const char* name;
        bool approved;
        Destination chosen;
        Assurance had;
        std::optional<Assurance> asked;
        bool follows;
    };
    using enum Assurance;
    const Row rows[] = {
        {"choose the agent", true, Destination::agent, signed_in, {}, true},
        {"to the page", true, Destination::page, signed_in, {}, false},
        {"to nobody", true, Destination::none, signed_in, {}, false},
        {"denied", false, Destination::agent, signed_in, {}, false},
        {"sure enough", true, Destination::agent, signed_in, signed_in, true},
        {"not sure enough", true, Destination::agent, client, terminal, false},
    };
    const Gate gate(Rules{});
    auto reveal = remove_call();
    reveal.tool = "tfy_access_tokens_reveal";
    reveal.arguments = {{"reveal_id", "rev_1"}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const Approval::Decision decision{row.approved, "grace", row.had, noon, "", row.chosen};
        const ApprovedPermit::Grant created{"apr_1", remove_facts(), decision, {decision}};
        Rule rule;
        rule.min_assurance = row.asked;
        const auto record = gate.follow_up(created, {reveal, rule}, remove_facts(), "apr_2", noon + 1s);
        REQUIRE(record.has_value() == row.follows);
        if (!record) {
            CHECK(record.error().code == Errc::refused);
            continue;
        }
        CHECK(record->state() == State::approved);
        CHECK(follows_from(*record) == "apr_1");
        auto asked = gate.request({reveal, rule}, remove_facts(), "apr_3", record->agent_reason, noon);
        CHECK(follows_from(asked).empty());  // its agent says so
        ApprovalForTests::decision(asked) = decision;
        CHECK(follows_from(asked).empty());
        CHECK(record->digest() == digest(reveal));
        const auto running = begin(*record, "process-1", noon + 2s);
        CHECK(gate.redeem(ClaimForTests::make(*running), reveal, noon + 2s).has_value());
        CHECK(gate.redeem(ClaimForTests::make(*running), remove_call(), noon + 2s).error().code ==
              Errc::superseded);
    }
}

}  // namespace tfy::policy::gate_test
