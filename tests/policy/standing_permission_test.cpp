// Leave that was given ahead of time: what it may say, what it covers, when it is over.
#include <doctest/doctest.h>

#include <functional>

#include "policy/standing_permission.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::standing_permission_test {
namespace {

using State = Approval::State;
using namespace examples;

Human ann(Assurance assurance = Assurance::signed_in) { return HumanForTests::make("ann", assurance); }

StandingWish wish() {
    return {.principal = "stdio:alice", .names = "ci-*", .uses = 2, .reason = "the release"};
}

StandingPermission permission() { return *give(ann(), wish(), "per_1", noon); }

/// A create of `name` that ends after `life`.
Approval asked(const std::string& name = "ci-a", std::optional<Duration> life = 10 * 24h,
               const std::function<void(Rule&)>& change = {}) {
    Rule rule;
    if (change) change(rule);
    auto call = remove_call();
    call.tool = "tfy_access_tokens_create";
    call.arguments = {{"payload", {{"name", name}}}};
    call.caller.person = "alice";
    Facts facts{.subject = name, .effect = "Creates it.", .yields_value = true};
    if (life) facts.expires = noon + *life;
    return Gate(Rules{}).request({call, rule}, facts, "apr_1", "", noon);
}

}  // namespace

TEST_CASE(
    "a permission says for whom, for which names, how often, how long, and is given by a known person") {
    struct Row {
        const char* name;
        std::function<void(StandingWish&)> change;
    };
    const Row rows[] = {
        {"values for the agent", [](StandingWish& w) { w.destination = Destination::agent; }},
        {"no principal", [](StandingWish& w) { w.principal.clear(); }},
        {"no names", [](StandingWish& w) { w.names.clear(); }},
        {"every name", [](StandingWish& w) { w.names = "*"; }},
        {"every name that ends so", [](StandingWish& w) { w.names = "*-ci"; }},
        {"every name again", [](StandingWish& w) { w.names = "?*"; }},
        {"no use", [](StandingWish& w) { w.uses = 0; }},
        {"too many uses", [](StandingWish& w) { w.uses = 101; }},
        {"no life", [](StandingWish& w) { w.longest_life = Duration{0}; }},
        {"too long a life", [](StandingWish& w) { w.longest_life = 91 * 24h; }},
        {"no time", [](StandingWish& w) { w.lasts = Duration{0}; }},
        {"too long a time", [](StandingWish& w) { w.lasts = 13h; }},
        {"the giver's own", [](StandingWish& w) { w.principal = "ann"; }},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto wrong = wish();
        row.change(wrong);
        const auto given = give(ann(), wrong, "per_1", noon);
        REQUIRE(given.has_error());
        CHECK(given.error().message.ends_with(" No permission was given."));
    }
    CHECK(give(ann(Assurance::client), wish(), "per_1", noon).has_error());
    CHECK(permission().in_force(noon));
    CHECK(permission().until == noon + 60min);
    CHECK(permission().words() == "up to 2 tokens named ci-*, each for at most 30 d, for stdio:alice");
    CHECK(StandingPermission::read(permission().json())->json() == permission().json());
}

TEST_CASE("a call that it covers is approved as its giver would have, and runs") {
    const auto approved = approve_under(permission(), asked(), noon + 1min, 15min);
    REQUIRE(approved.has_value());
    CHECK(approved->state == State::approved);
    CHECK(approved->decision->by == "ann");
    CHECK(approved->decision->permission == "per_1");
    CHECK(approved->decision->destination == Destination::page);
    CHECK(approved->expires == noon + 16min);
    const auto running = *begin(*approved, "process-1", noon + 2min);
    CHECK(Gate(Rules{}).redeem(running, running.call, noon + 2min).has_value());
    const auto stored = Approval::read(approved->json());
    CHECK(stored->decision->permission == "per_1");
}

TEST_CASE("what it does not cover, a person is asked about") {
    struct Row {
        const char* name;
        std::function<void(StandingPermission&, Approval&)> change;
    };
    const Row rows[] = {
        {"a delete", [](StandingPermission&, Approval& a) { a.call.tool = "tfy_access_tokens_delete"; }},
        {"a reveal", [](StandingPermission&, Approval& a) { a.call.tool = "tfy_access_tokens_reveal"; }},
        {"a rotation", [](StandingPermission&, Approval& a) { a.call.tool = "tfy_access_tokens_rotate"; }},
        {"another principal",
         [](StandingPermission&, Approval& a) { a.call.caller.principal = "stdio:bob"; }},
        {"another name", [](StandingPermission&, Approval& a) { a.facts.subject = "prod-a"; }},
        {"for ever", [](StandingPermission&, Approval& a) { a.facts.expires.reset(); }},
        {"for too long", [](StandingPermission&, Approval& a) { a.facts.expires = noon + 31 * 24h; }},
        {"elsewhere",
         [](StandingPermission& p, Approval& a) {
             a.terms.destinations = {Destination::agent};
             p.destination = Destination::page;
         }},
        {"used up", [](StandingPermission& p, Approval&) { p.used = p.uses; }},
        {"revoked", [](StandingPermission& p, Approval&) { p = *revoke(p, ann()); }},
        {"over", [](StandingPermission& p, Approval&) { p.until = noon; }},
        {"decided", [](StandingPermission&, Approval& a) { a.state = State::denied; }},
        {"a reason is asked for",
         [](StandingPermission& p, Approval& a) {
             a.terms.reason_required = true;
             p.reason.clear();
         }},
        {"two must agree", [](StandingPermission&, Approval& a) { a.terms.quorum = 2; }},
        {"others must", [](StandingPermission&, Approval& a) { a.terms.approvers = {"bob"}; }},
        {"more surely",
         [](StandingPermission& p, Approval& a) {
             p.assurance = Assurance::terminal;
             a.terms.min_assurance = Assurance::signed_in;
         }},
        {"her own agent's",
         [](StandingPermission&, Approval& a) {
             a.terms.self_approval = false;
             a.call.caller.person = "ann";
         }},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto given = permission();
        auto request = asked();
        row.change(given, request);
        const auto approved = approve_under(given, request, noon, 15min);
        REQUIRE(approved.has_error());
        CHECK(approved.error().code == Errc::refused);
        CHECK(approved.error().message.ends_with(" The standing permission was not used."));
    }
    CHECK(approve_under(permission(), asked("ci-a", 30 * 24h), noon, 15min).has_value());
}

TEST_CASE("a permission is revoked once") {
    const auto revoked = revoke(permission(), ann());
    CHECK(revoked->revoked_by == "ann");
    CHECK_FALSE(revoked->in_force(noon));
    CHECK(revoke(*revoked, ann()).has_error());
}

}  // namespace tfy::policy::standing_permission_test
