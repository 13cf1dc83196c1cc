// Leave that was given ahead of time: what it may say, what it covers, when it is over.
#include <doctest/doctest.h>

#include <functional>

#include "policy/standing_permission.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::standing_permission_test {
namespace {

using State = Approval::State;
using namespace examples;

Human ann(Assurance assurance = Assurance::signed_in) { return HumanForTests::make("ann", assurance); }

const KeyIdentity of_ann{.print = "k1", .user = "ann@acme.example"};

StandingWish wish() {
    return {.principal = "stdio:alice",
            .base_url = remove_call().base_url,
            .holder = of_ann,
            .names = "ci-*",
            .uses = 2,
            .reason = "the release"};
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
        {"what no name matches", [](StandingWish& w) { w.names = "ci-[0-9]*"; }},
        {"every name again", [](StandingWish& w) { w.names = "?*"; }},
        {"no control plane", [](StandingWish& w) { w.base_url.clear(); }},
        {"an unknown type", [](StandingWish& w) { w.kind.type = "saml"; }},
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
    CHECK(permission().words(fakes::no_tokens()) ==
          "up to 2 tokens named ci-*, each for at most 30 days, for stdio:alice, at " +
              remove_call().base_url +
              " with the key of ann@acme.example, with team, account and type left out");
    CHECK(StandingPermission::read(permission().json())->json() == permission().json());
}

TEST_CASE("a call that it covers is approved as its giver would have, and runs") {
    const auto approved =
        approve_under(permission(), asked(), of_ann, noon + 1min, 15min, fakes::no_tokens());
    REQUIRE(approved.has_value());
    CHECK(approved->state() == State::approved);
    CHECK(approved->decision()->by == "ann");
    CHECK(approved->decision()->permission == "per_1");
    CHECK(approved->decision()->destination == Destination::page);
    CHECK(approved->expires == noon + 16min);
    const auto running = *begin(*approved, "process-1", noon + 2min);
    CHECK(Gate(Rules{}).redeem(ClaimForTests::make(running), running.call, noon + 2min).has_value());
    const auto stored = Approval::restore(approved->json());
    CHECK(stored->decision()->permission == "per_1");
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
        {"another control plane",
         [](StandingPermission&, Approval& a) { a.call.base_url = "https://other.example"; }},
        {"a control plane that an earlier version did not note",
         [](StandingPermission& p, Approval&) { p.base_url.clear(); }},
        {"another team",
         [](StandingPermission&, Approval& a) { a.call.arguments["payload"]["teamName"] = "platform"; }},
        {"no team where one is meant", [](StandingPermission& p, Approval&) { p.kind.team = "platform"; }},
        {"another account",
         [](StandingPermission&, Approval& a) { a.call.arguments["payload"]["accountName"] = "acme"; }},
        {"another type",
         [](StandingPermission&, Approval& a) { a.call.arguments["payload"]["tokenType"] = "opaque"; }},
        {"another name", [](StandingPermission&, Approval& a) { a.facts.subject = "prod-a"; }},
        {"for ever", [](StandingPermission&, Approval& a) { a.facts.expires.reset(); }},
        {"for too long", [](StandingPermission&, Approval& a) { a.facts.expires = noon + 31 * 24h; }},
        {"into the day after the last",
         [](StandingPermission&, Approval& a) { a.facts.expires = noon + 30 * 24h + 12h; }},
        {"a life below a day",
         [](StandingPermission& p, Approval& a) {
             p.longest_life = 12h;
             a.facts.expires = noon + 12h + 1s;
         }},
        {"elsewhere",
         [](StandingPermission& p, Approval& a) {
             policy::ApprovalForTests::terms(a).destinations = {Destination::agent};
             p.destination = Destination::page;
         }},
        {"used up", [](StandingPermission& p, Approval&) { p.used = p.uses; }},
        {"revoked", [](StandingPermission& p, Approval&) { p = *revoke(p, ann()); }},
        {"over", [](StandingPermission& p, Approval&) { p.until = noon; }},
        {"decided", [](StandingPermission&, Approval& a) { ApprovalForTests::state(a) = State::denied; }},
        {"a reason is asked for",
         [](StandingPermission& p, Approval& a) {
             policy::ApprovalForTests::terms(a).reason_required = true;
             p.reason.clear();
         }},
        {"two must agree",
         [](StandingPermission&, Approval& a) { policy::ApprovalForTests::terms(a).quorum = 2; }},
        {"others must",
         [](StandingPermission&, Approval& a) { policy::ApprovalForTests::terms(a).approvers = {"bob"}; }},
        {"more surely",
         [](StandingPermission& p, Approval& a) {
             p.assurance = Assurance::terminal;
             policy::ApprovalForTests::terms(a).min_assurance = Assurance::signed_in;
         }},
        {"her own agent's",
         [](StandingPermission&, Approval& a) {
             policy::ApprovalForTests::terms(a).self_approval = false;
             a.call.caller.person = "ann";
         }},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto given = permission();
        auto request = asked();
        row.change(given, request);
        const auto approved = approve_under(given, request, of_ann, noon, 15min, fakes::no_tokens());
        REQUIRE(approved.has_error());
        CHECK(approved.error().code == Errc::refused);
        CHECK(approved.error().message.ends_with(" The standing permission was not used."));
    }
    for (const Duration life : {Duration{30 * 24h}, Duration{30 * 24h + 12h - 1s}})  // "30 days"
        CHECK(approve_under(permission(), asked("ci-a", life), of_ann, noon, 15min, fakes::no_tokens())
                  .has_value());
}

TEST_CASE("a permission for a team, an account and a type covers exactly these, and says so") {
    auto wanted = wish();
    wanted.kind = {.team = "platform", .account = "acme", .type = "opaque"};
    const auto given = give(ann(), wanted, "per_1", noon);
    auto request = asked();
    request.call.arguments["payload"].update(
        {{"teamName", "platform"}, {"accountName", "acme"}, {"tokenType", "opaque"}});
    CHECK(approve_under(*given, request, of_ann, noon, 15min, fakes::no_tokens()).has_value());
    CHECK(approve_under(*given, asked(), of_ann, noon, 15min, fakes::no_tokens()).has_error());
    CHECK(given->kind.words(fakes::no_tokens()) == "team platform, account acme and type opaque");
    CHECK(TokenKind{.team = "platform"}.words(fakes::no_tokens()) ==
          "team platform, account and type left out");
    CHECK(StandingPermission::read(given->json())->json() == given->json());
}

TEST_CASE("a permission covers calls with the key it was given for, or another key of the same user") {
    struct KeyRow {
        const char* what;
        KeyIdentity given, used;
        bool covers;
    };
    const KeyRow rows[] = {{"the same key, both unknown", {"k1", ""}, {"k1", ""}, true},
                           {"the same key, its user told later", {"k1", ""}, {"k1", "ann"}, true},
                           {"another key of the same user", {"k1", "ann"}, {"k2", "ann"}, true},
                           {"another user's key", {"k1", "ann"}, {"k2", "bob"}, false},
                           {"another key of which nothing is known", {"k1", "ann"}, {"k2", ""}, false},
                           {"another key, and nothing known of the first", {"k1", ""}, {"k2", "ann"}, false},
                           {"no key any more", {"k1", ""}, {"", ""}, false}};
    for (const auto& row : rows) {
        INFO(row.what);
        auto wanted = wish();
        wanted.holder = row.given;
        const auto given = give(ann(), wanted, "per_1", noon);
        CHECK(approve_under(*given, asked(), row.used, noon, 15min, fakes::no_tokens()).has_value() ==
              row.covers);
    }
    const auto why = not_covered(permission(), asked(), {"k2", "bob@acme.example"}, noon, fakes::no_tokens());
    CHECK(why ==
          "It is for tokens made with the key of ann@acme.example, and this call goes with another one.");
}

TEST_CASE("those of earlier versions are counted and named") {
    auto old = permission();
    old.base_url.clear();
    CHECK(of_earlier_versions({permission(), old, old}) == 2);
    CHECK(words_of_earlier_versions(2).starts_with("2 standing permissions of an earlier version"));
    CHECK(words_of_earlier_versions(1).find("covers nothing any more") != std::string::npos);
}

TEST_CASE("a record of an earlier version is read, and covers nothing") {
    auto record = permission().json();
    for (const auto* key : {"base_url", "key_print", "key_user", "team", "account", "token_type"})
        record.erase(key);
    const auto read = StandingPermission::read(record);
    REQUIRE(read.has_value());
    CHECK(not_covered(*read, asked(), of_ann, noon, fakes::no_tokens())
              ->starts_with("It was given by an earlier version"));
}

TEST_CASE("a permission is revoked once") {
    const auto revoked = revoke(permission(), ann());
    CHECK(revoked->revoked_by == "ann");
    CHECK_FALSE(revoked->in_force(noon));
    CHECK(revoke(*revoked, ann()).has_error());
}

}  // namespace tfy::policy::standing_permission_test
