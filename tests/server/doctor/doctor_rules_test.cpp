// What the doctor says of what the rules name: channels, and people.
#include <doctest/doctest.h>

#include <algorithm>

#include "server/doctor/doctor_approvals.hpp"
#include "server/doctor/doctor_channels.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/rules.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::doctor_rules_test {

using namespace std::chrono_literals;
using Level = doctor::CheckResult::Level;

namespace {

constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const doctor::CheckResult& about(const doctor::CheckResults& findings, std::string_view what) {
    const auto found = std::ranges::find(findings, what, &doctor::CheckResult::what);
    REQUIRE(found != findings.end());
    return *found;
}

}  // namespace

TEST_CASE("a rule whose quorum the people who are enrolled cannot reach is warned of, with who is missing") {
    const fakes::TempFolder folder;
    const auto look = [&](const std::string& toml) {
        auto all = doctor::look_at_approvals(policy::read_rules(toml).value(), folder.path(), "alice", noon,
                                             fakes::no_tokens());
        std::erase_if(all, [](const auto& each) { return each.what != "people"; });
        all.erase(all.begin());  // who may decide
        return all;
    };
    const std::string of_two = "[groups]\nplatform=['ada','grace']\n[[rule]]\napprovers=['group:platform']\n";
    CHECK(look(of_two + "quorum=2\n").empty());  // no one is enrolled, which is told already
    const auto ledger = fakes::open_ledger(folder / "ledger.db");
    fakes::enrol(*ledger, {"ada"});
    const auto found = look(of_two + "quorum=2\n");
    REQUIRE(found.size() == 1);
    CHECK(found.front().level == Level::warning);
    CHECK(found.front().why ==
          "the rule at line 3 asks for 2 people, and only 1 may decide: grace is not enrolled");
    CHECK(holds(found.front().todo, "people invite NAME"));
    CHECK(look(of_two).empty());
    CHECK(holds(look("[[rule]]\napprovers=['cy']\n").front().why,
                "asks for 1 person, and no one may decide: cy is not enrolled"));
    CHECK(look("[[rule]]\nsays='deny'\napprovers=['cy']\n").empty());
    REQUIRE(look("[[rule]]\nquorum=2\n").size() == 1);
    CHECK(holds(look("[[rule]]\nquorum=2\n").front().why, "and only 1 may decide"));
    CHECK(look("[[rule]]\nself_approval=false\n").front().why ==
          "the rule at line 1 asks for 1 person other than the agent's own, and only 1 may decide");
    REQUIRE(ledger->invite({"hash", "grace", "ada", noon + std::chrono::hours{24}}, noon).has_value());
    REQUIRE(ledger->enrol_invited("hash", fakes::cheap_hash(), noon).has_value());
    CHECK(look(of_two + "quorum=2\n").empty());
    CHECK(look("[[rule]]\nself_approval=false\n").empty());
    CHECK(look(of_two + "quorum=2\nself_approval=false\n").size() == 1);
    REQUIRE(ledger->suspend_person("grace", "ada", noon).has_value());
    CHECK(holds(look(of_two + "quorum=2\n").front().why, "grace is suspended"));
}

TEST_CASE(
    "callers over HTTP are judged as serve knows them, and what is missing is said of whom it is true") {
    const fakes::TempFolder folder;
    const auto look = [&](const std::string& toml, config::CallersBy by) {
        auto all = doctor::look_at_approvals(policy::read_rules(toml).value(), folder.path(), "alice", noon,
                                             fakes::no_tokens(), {.by = by});
        std::erase_if(all, [](const auto& each) { return each.what != "approvals over HTTP"; });
        return all;
    };
    const std::string others = "[[rule]]\nself_approval=false\n";
    for (const config::CallersBy by : {config::CallersBy{.keys = true}, config::CallersBy{.oauth = true}}) {
        const auto found = look(others, by);
        REQUIRE(found.size() == 1);
        CHECK(found.front().level == Level::ok);
    }
    for (const config::CallersBy by :
         {config::CallersBy{}, config::CallersBy{.issuer = true}, config::CallersBy{.truefoundry = true}}) {
        const auto found = look(others, by);
        CHECK(found.front().level == Level::warning);
        CHECK(holds(found.front().why, "does not know whose agent"));
        CHECK(holds(found.front().todo, "--callers keys or oauth"));
        CHECK_FALSE(holds(found.front().todo, "self_approval"));
    }
    CHECK_FALSE(holds(look(others, {.issuer = true}).front().why, "http:loopback"));

    const auto ledger = fakes::open_ledger(folder / "ledger.db");
    const auto give = [&](const std::string& id, const std::string& person) {
        return ledger->add_caller_key({.id = id,
                                       .hash = "hash of " + id,
                                       .person = person,
                                       .label = "",
                                       .created = noon,
                                       .until = noon + 1h},
                                      fakes::entry("caller_key_created"), fakes::no_tokens());
    };
    REQUIRE(give("AAAAAAAA", "bob").has_value());
    REQUIRE(give("BBBBBBBB", "ada").has_value());
    REQUIRE(give("CCCCCCCC", "bob").has_value());
    const auto found = look("[[rule]]\napprovers=['ada']\nself_approval=false\n", {.keys = true});
    REQUIRE(found.size() == 2);
    CHECK(found.front().level == Level::ok);
    CHECK(found.back().level == Level::warning);
    CHECK(found.back().why.starts_with("key:BBBBBBBB: "));
    CHECK(look(others, {.keys = true}).size() == 1);
}

TEST_CASE("rules under which every call is refused are warned of") {
    const fakes::TempFolder folder;
    const auto warned = [&](const std::string& toml) {
        const auto all = doctor::look_at_approvals(policy::read_rules(toml).value(), folder.path(), "alice",
                                                   noon, fakes::no_tokens());
        constexpr std::string_view what = "approvals";
        return std::ranges::count(all, what, &doctor::CheckResult::what) == 1 &&
               holds(about(all, "approvals").why, "refuse every call") &&
               about(all, "approvals").level == Level::warning &&
               holds(about(all, "approvals").todo, "--read-only");
    };
    CHECK(warned("[[rule]]\nsays='deny'\n"));
    CHECK(warned("[[rule]]\ntools=['tfy_access_tokens_list']\n"));
    const auto all =
        doctor::look_at_approvals(policy::read_rules("[[rule]]\nsays='deny'\n").value(), folder.path(),
                                  "alice", noon, fakes::no_tokens(), {.rules_file = "my rules.toml"});
    CHECK(about(all, "approvals")
              .todo.ends_with("decides: tfy-pat-mcp policy explain TOOL --policy 'my rules.toml'"));
    CHECK_FALSE(warned("[[rule]]\n"));
    CHECK_FALSE(warned("[[rule]]\ntools=['tfy_access_tokens_delete']\nsays='deny'\n[[rule]]\n"));
}

TEST_CASE("a channel whose host is not found is named, with the command that tests it") {
    notify::ChannelTarget mail;
    mail.wanted = {.name = "mail", .format = policy::Channel::Format::email};
    mail.url.host = "mail.example.com";
    auto chat = mail;
    chat.wanted = {.format = policy::Channel::Format::slack, .line = 12};
    chat.url.host = "hooks.example.com";
    const auto only_mail = [](const std::string& host) { return host == "mail.example.com"; };
    const auto found = doctor::look_at_channels({mail, chat}, only_mail);
    CHECK(about(found, "channel mail").level == Level::ok);
    CHECK(about(found, "channel mail").why == "email to mail.example.com, whose name is found");
    const auto& lost = about(found, "channel webhook:12");
    CHECK(lost.level == Level::warning);
    CHECK(holds(lost.why, "the name hooks.example.com is not found"));
    CHECK(holds(lost.todo, "approvals notify test webhook:12"));
    CHECK(about(doctor::look_at_links({mail}, ""), "links in notices").level == Level::warning);
    CHECK(doctor::look_at_links({mail}, "https://tfy.example.com").empty());
    CHECK(doctor::finds_host("127.0.0.1"));
    CHECK(doctor::finds_host("[::1]"));
    CHECK_FALSE(doctor::finds_host("no-such-host.invalid"));
}

}  // namespace tfy::doctor_rules_test
