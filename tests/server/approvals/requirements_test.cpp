// What the rules ask for before anyone calls, as agents and the doctor are told.
#include "server/approvals/requirements.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/rules.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"
#include "tools/registry/dry_tools.hpp"

namespace tfy::requirements_test {

using fakes::holds;

namespace {

constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                            std::chrono::hours{12}};

tools::ApprovalRequirements told(const std::string& toml, const policy::Caller& caller) {
    const policy::Gate gate(policy::read_rules(toml).value());
    const fakes::ManualClock clock{noon};
    const registry::DryTools tools(nullptr, clock, fakes::no_tokens());
    return approvals::told_to_agents(
        approvals::requirements_of_calls(tools.catalog(), gate, caller, noon, fakes::no_tokens()),
        fakes::no_tokens());
}

const policy::Caller alice{
    .principal = "stdio:alice", .default_assurance = policy::Assurance::client, .person = "alice"};
const policy::Caller somebody{.principal = "http:loopback"};

}  // namespace

TEST_CASE("the channels are those whose decision is sure enough") {
    using enum policy::Assurance;
    for (const bool over_http : {false, true}) {
        CHECK(approvals::channels(client, over_http).size() == 3);
        CHECK(approvals::channels(terminal, over_http).size() == 2);
        REQUIRE(approvals::channels(signed_in, over_http).size() == 1);
        CHECK(holds(approvals::channels(signed_in, over_http).front(), "approvals page"));
    }
}

TEST_CASE("agents are told what each tool takes, by the rules that hold for them") {
    const auto toml =
        "[[rule]]\ntools=['*_delete']\nsays='deny'\nbecause='by hand'\n"
        "[[rule]]\ntools=['*_create']\nprincipals=['stdio:*']\nmin_assurance='terminal'\n"
        "approvers=['bob','ann']\nquorum=2\n[[rule]]\n";
    const auto here = told(toml, alice);
    REQUIRE(here.by_tool.size() == 4);
    const auto& create = here.by_tool.at(0);
    CHECK(create.at("tool") == "tfy_access_tokens_create");
    CHECK(create.at("could_be_approved") == true);
    CHECK(create.at("min_assurance") == "terminal");
    CHECK(create.at("people") == 2);
    CHECK(holds(create.at("words").get<std::string>(), "2 people of bob, ann decide, in a terminal"));
    const auto& remove = here.by_tool.at(1);
    CHECK(remove.at("could_be_approved") == false);
    CHECK(remove.at("min_assurance").is_null());
    CHECK(holds(remove.at("words").get<std::string>(), "by hand"));
    CHECK(here.by_tool.at(3).at("could_be_approved") == false);  // a rotation deletes, too
    CHECK(holds(here.words, "delete, rotate: refused."));
    CHECK(told(toml, somebody).by_tool.at(0).at("min_assurance") == "signed_in");
}

TEST_CASE("where no tool changes anything it is said") {
    const auto nothing = approvals::told_to_agents({}, fakes::no_tokens());
    CHECK(nothing.words == "none needed; the tools here change nothing");
    CHECK(nothing.by_tool.empty());
}

TEST_CASE("where nobody could approve it is said, also of narrower rules that come first") {
    const auto vain = told("[[rule]]\nself_approval=false\n", somebody);
    for (const auto& each : vain.by_tool) CHECK(each.at("could_be_approved") == false);
    CHECK(holds(vain.words, "create, delete, reveal, rotate: no person can approve it"));
    const auto narrow = told("[[rule]]\nnames=['prod-*']\nself_approval=false\n[[rule]]\n", somebody);
    CHECK(narrow.by_tool.at(0).at("could_be_approved") == true);
    CHECK(holds(narrow.words, "the rule at line 1 decides first. Under the rule at line 1 no person can"));
}

}  // namespace tfy::requirements_test
