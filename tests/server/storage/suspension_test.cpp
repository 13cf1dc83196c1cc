// A suspension ends all that a person has, gave and asked for, in one transaction; and rows of short life
// make no room for those of others.
#include <doctest/doctest.h>

#include "server/storage/oauth_grants.hpp"
#include "server/storage/own_key_rows.hpp"
#include "server/storage/people_in_journal.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::suspension_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using policy::Approval;
using State = policy::Approval::State;

namespace {

struct House {
    std::unique_ptr<storage::Ledger> ledger = open_ledger(":memory:");

    House() { enrol(*ledger, {"ada", "bob", "cy"}); }
    /// Asked by the agent of `person`, for as many as `quorum`.
    Approval ask(const std::string& id, const std::string& person, std::size_t quorum = 1) {
        auto made = approval(id, "token-" + id);
        made.call.caller.person = person;
        policy::ApprovalForTests::digest(made) = policy::digest(made.call);
        made.asked_digest = made.digest();
        policy::ApprovalForTests::terms(made).quorum = quorum;
        return ledger->open_request(made, {100, 100}, entry("requested", id)).value().approval;
    }
    Result<void> yes(const Approval& current, const std::string& who) {
        const auto next = policy::approve(current, policy::HumanForTests::make(who),
                                          {.typed_name = current.facts.to_type(), .digest = current.digest()},
                                          noon + 1min, 15min, no_tokens());
        if (!next) return next.error();
        return ledger->change(current.state(), *next, entry("approved", current.id));
    }
    Approval now(const std::string& id) { return ledger->find(id).value().value(); }
    policy::StandingPermission permission(const std::string& by,
                                          const std::string& principal = "stdio:alice") {
        policy::StandingWish wish{.principal = principal,
                                  .base_url = "https://tfy.example.com",
                                  .holder = {.print = "k1"},
                                  .names = "ci-*",
                                  .reason = "routine"};
        const auto giver = policy::HumanForTests::make(by);
        return policy::give(giver, std::move(wish), "per_" + by, noon).value();
    }
    std::vector<std::string> kinds_since(std::size_t first) {
        std::vector<std::string> kinds;
        const auto records = ledger->journal().value();
        for (auto i = first; i < records.size(); ++i) kinds.push_back(records[i].kind);
        return kinds;
    }
};

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "a suspension ends sessions, codes, keys, grants, their own key, permissions, votes, requests and "
    "invitations, "
    "journalled") {
    House house;
    auto& ledger = *house.ledger;
    ledger.open_page_session({.hash = "s1", .person = "cy", .until = noon + 8h, .used = noon}).value();
    ledger.open_page_session({.hash = "s2", .person = "cy", .until = noon + 8h, .used = noon}).value();
    ledger.open_page_session({.hash = "s3", .person = "ada", .until = noon + 8h, .used = noon}).value();
    ledger.add_sign_in_code("c1", "cy", noon + 1h, entry("sign_in_code")).value();
    ledger
        .add_caller_key({.id = "k1", .hash = "h", .person = "cy", .created = noon, .until = noon + 24h},
                        entry("caller_key_created"), fakes::no_tokens())
        .value();
    storage::OAuthGrants(ledger)
        .give({.id = "grt_1",
               .client_id = "https://client.example.com/c.json",
               .client_name = "",
               .person = "cy",
               .created = noon + 90s},
              {"code", "http://localhost/callback", "challenge"}, entry("grant_given"))
        .value();
    storage::OwnKeyRows(ledger)
        .keep(
            {.person = "cy", .base_url = "https://tfy.example.com", .subject = "", .mask = "", .since = noon},
            policy::Secret(std::string("tfy_pat_cy_0123456789")), {})
        .value();
    ledger.add_permission(house.permission("cy"), entry("permission_given")).value();
    ledger.add_permission(house.permission("ada"), entry("permission_given")).value();
    ledger.invite({"i1", "dee", "cy", noon + 24h}, noon).value();
    ledger.add_passkey_challenge(
        {.hash = "p1", .person = "cy", .statement = {{"purpose", "x"}}, .until = noon + 2min}, noon);
    house.ask("apr_vote", "alice", 2);
    house.yes(house.now("apr_vote"), "cy").value();
    house.ask("apr_done", "alice", 1);
    house.yes(house.now("apr_done"), "cy").value();
    house.ask("apr_own", "cy");
    house.ask("apr_else", "alice", 2);
    house.yes(house.now("apr_else"), "ada").value();
    const auto before = ledger.journal().value().size();

    const auto ended = ledger.suspend_person("cy", "ada", noon + 2min).value();
    CHECK(ended.json() == Json{{"sessions", 2},
                               {"codes", 1},
                               {"keys", 1},
                               {"grants", 1},
                               {"own_keys", 1},
                               {"permissions", 1},
                               {"votes", 1},
                               {"requests", 2},
                               {"invitations", 1}});
    CHECK(house.kinds_since(before) == Kinds{"caller_key_revoked", "grant_revoked", "person_key_ended",
                                             "permission_revoked", "vote withdrawn with its person",
                                             "withdrawn with its person", "withdrawn with its person",
                                             "person_suspended"});
    CHECK(ledger.journal()->back().body.at("ended") == ended.json());
    CHECK_FALSE(ledger.page_session("s1", noon + 2min).value());
    CHECK(ledger.page_session("s3", noon + 2min).value());
    CHECK_FALSE(ledger.take_sign_in_code("c1", noon + 2min).value());
    CHECK(ledger.caller_keys()->front().revoked);
    const auto left = ledger.permissions("", noon + 2min).value();
    REQUIRE(left.size() == 1);
    CHECK(left.front().by == "ada");
    CHECK_FALSE(ledger.invitation("i1", noon + 2min).value());
    CHECK_FALSE(ledger.passkey_challenge("p1", noon).value());
    CHECK(house.now("apr_vote").state() == State::pending);
    CHECK(house.now("apr_own").outcome ==
          Json{{"text", "Withdrawn before it ran: cy, whose agent asked, was suspended. Nothing was done."},
               {"isError", true},
               {"next", policy::after_suspension("cy", "stdio:alice")}});
    CHECK(
        holds(policy::after_suspension("cy", "stdio:cy"),
              "Calling again does not help. A suspension is final. Once the user has restarted this server, "
              "its calls count as those of the next person's agents."));
    CHECK(holds(policy::after_suspension("cy", "oauth:cy/https://client.example.com"),
                "Calling again does not help. A suspension is final: a person "
                "who may decide here can invite them under another name"));
    CHECK(house.now("apr_done").outcome ==
          Json{{"text", "Withdrawn before it ran: cy, who approved it, was suspended. Nothing was done."},
               {"isError", true}});
    CHECK(house.now("apr_vote").votes().empty());
    CHECK(house.now("apr_done").state() == State::withdrawn);
    CHECK(house.now("apr_own").state() == State::withdrawn);
    CHECK(house.now("apr_else").votes().size() == 1);
    CHECK(ledger.people_the_journal_does_not_know()->empty());
}

TEST_CASE("what was under way when a person was suspended comes too late") {
    House house;
    const auto seen = house.ask("apr_a", "alice", 2);
    house.ledger->suspend_person("cy", "ada", noon).value();
    const auto late = house.yes(seen, "cy");
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().code == Errc::refused);
    CHECK(holds(late.error().message, "cy is suspended, and decides no more"));
    CHECK(house.now("apr_a").votes().empty());
    CHECK(house.ledger->add_permission(house.permission("cy"), entry("permission_given")).error().code ==
          Errc::refused);
    auto denied = policy::deny(seen, policy::HumanForTests::make("cy"), "no", noon + 1min, no_tokens());
    CHECK_FALSE(house.ledger->change(State::pending, *denied, entry("denied", "apr_a")).has_value());
    CHECK(house.yes(house.now("apr_a"), "ada").has_value());
    CHECK(house.yes(house.now("apr_a"), "bob").has_value());
    CHECK(house.now("apr_a").state() == State::approved);
}

TEST_CASE("the agent of a suspended person asks for nothing any more, and is told so") {
    House house;
    house.ledger->suspend_person("cy", "ada", noon).value();
    auto made = approval("apr_b", "token-b");
    made.call.caller.person = "cy";
    const auto refused = house.ledger->open_request(made, {100, 100}, entry("requested", "apr_b"));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::denied);
    CHECK(holds(refused.error().message, "cy, whose agent this is, was suspended"));
    CHECK(refused.error().data.at("next") == policy::after_suspension("cy", made.call.caller.principal));
    CHECK(house.ask("apr_c", "ada").state() == State::pending);
}

TEST_CASE("with a key what it asked for and no one has begun is withdrawn, and the permissions for it end") {
    House house;
    auto& ledger = *house.ledger;
    for (const auto* id : {"A", "B"})
        ledger
            .add_caller_key({.id = id,
                             .hash = std::string("hash of ") + id,
                             .person = "cy",
                             .created = noon,
                             .until = noon + 24h},
                            entry("caller_key_created"), fakes::no_tokens())
            .value();
    const auto ask = [&](const std::string& id, const std::string& principal) {
        return ledger.open_request(approval(id, "token-" + id, principal), {100, 100},
                                   entry("requested", id));
    };
    for (const auto* id : {"apr_waits", "apr_approved", "apr_runs"}) ask(id, "key:A").value();
    ask("apr_other", "key:B").value();
    for (const auto* id : {"apr_approved", "apr_runs"}) house.yes(house.now(id), "ada").value();
    const auto executing = policy::begin(house.now("apr_runs"), "ins_a", noon + 2min).value();
    ledger.begin(executing, std::nullopt, entry("executing", "apr_runs")).value();
    ledger.add_permission(house.permission("ada", "key:A"), entry("permission_given")).value();
    const auto before = ledger.journal().value().size();

    const auto record = [](const auto&) { return entry("caller_key_revoked"); };
    CHECK(ledger.revoke_caller_key("A", noon + 2min, record).value().has_value());
    CHECK(house.kinds_since(before) == Kinds{"caller_key_revoked", "permission_revoked",
                                             "withdrawn with its caller's key",
                                             "withdrawn with its caller's key"});
    CHECK(house.now("apr_waits").state() == State::withdrawn);
    CHECK(house.now("apr_approved").state() == State::withdrawn);
    CHECK(holds(house.now("apr_waits").outcome.at("next").get<std::string>(), "a new key"));
    CHECK(house.now("apr_runs").state() == State::executing);
    CHECK(house.now("apr_other").state() == State::pending);
    CHECK(ledger.permissions("", noon + 2min)->empty());
    const auto late = ask("apr_late", "key:A");
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().code == Errc::denied);
    CHECK(ledger.caller_has_ended("key:A", noon + 2min).value());
    CHECK_FALSE(ledger.caller_has_ended("key:B", noon + 24h - 1ms).value());
    CHECK(ledger.caller_has_ended("key:B", noon + 24h).value());
    CHECK_FALSE(ledger.caller_has_ended("key:UNKNOWN", noon).value());
    CHECK_FALSE(ledger.caller_has_ended("stdio:cy", noon).value());
}

TEST_CASE("a client's caller has ended with its last grant, also one whose time is over") {
    House house;
    auto& ledger = *house.ledger;
    const std::string client = "https://client.example.com/c.json", principal = "oauth:cy/" + client;
    CHECK_FALSE(ledger.caller_has_ended(principal, noon).value());
    storage::OAuthGrants(ledger)
        .give({.id = "grt_1", .client_id = client, .client_name = "", .person = "cy", .created = noon},
              {"code", "http://localhost/callback", "challenge"}, entry("grant_given"))
        .value();
    CHECK_FALSE(ledger.caller_has_ended(principal, noon + storage::oauth_life::code - 1ms).value());
    CHECK(ledger.caller_has_ended(principal, noon + storage::oauth_life::code).value());
    CHECK_FALSE(ledger.caller_has_ended("oauth:ada/" + client, noon + 1h).value());
}

TEST_CASE("what runs when its approver is suspended goes on, and its outcome is kept") {
    House house;
    const auto seen = house.ask("apr_a", "alice");
    house.yes(seen, "cy").value();
    const auto executing = policy::begin(house.now("apr_a"), "ins_a", noon + 2min).value();
    house.ledger->begin(executing, std::nullopt, entry("executing", "apr_a")).value();
    CHECK(house.ledger->suspend_person("cy", "ada", noon + 3min)->requests == 0);
    const auto done = policy::finish(house.now("apr_a"), State::succeeded,
                                     {{"text", "done"}, {"structured", Json::object()}}, noon + 4min)
                          .value();
    CHECK(house.ledger->finish(done, entry("finished", "apr_a")).has_value());
}

TEST_CASE("rows of short life make room for their own person's only") {
    House house;
    auto& ledger = *house.ledger;
    const auto challenge = [](const std::string& person, int number) {
        return storage::PasskeyChallenge{.hash = person + std::to_string(number),
                                         .person = person,
                                         .statement = {{"purpose", "decision"}},
                                         .until = noon + 2min};
    };
    ledger.add_passkey_challenge(challenge("ada", 0), noon).value();
    ledger.add_sign_in_code("code of ada", "ada", noon + 1h, entry("sign_in_code")).value();
    ledger.open_page_session({.hash = "of ada", .person = "ada", .until = noon + 8h, .used = noon}).value();
    for (int i = 0; i < 300; ++i) {
        ledger.add_passkey_challenge(challenge("bob", i), noon).value();
        ledger.add_sign_in_code("code " + std::to_string(i), "bob", noon + 1h, entry("sign_in_code")).value();
        ledger
            .open_page_session(
                {.hash = std::to_string(i), .person = "bob", .until = noon + 8h, .used = noon + 1min})
            .value();
    }
    CHECK(ledger.passkey_challenge("ada0", noon).value());
    CHECK(ledger.sign_in_code("code of ada", noon).value() == "ada");
    CHECK(ledger.page_session("of ada", noon).value());
    std::size_t challenges = 0, codes = 0, sessions = 0;
    for (int i = 0; i < 300; ++i) {
        challenges += ledger.passkey_challenge("bob" + std::to_string(i), noon).value() ? 1U : 0U;
        codes += ledger.sign_in_code("code " + std::to_string(i), noon).value() ? 1U : 0U;
        sessions += ledger.page_session(std::to_string(i), noon + 1min).value() ? 1U : 0U;
    }
    CHECK(challenges == 32);
    CHECK(codes == 10);
    CHECK(sessions == 50);
    CHECK(ledger.passkey_challenge("bob299", noon).value());
    std::size_t invited = 0;
    for (int i = 0; i < 60; ++i) {
        const auto name = "new" + std::to_string(i);
        invited += ledger.invite({"hash of " + name, name, "bob", noon + 24h}, noon) ? 1U : 0U;
    }
    CHECK(invited == 50);
    CHECK(ledger.invite({"hash of dee", "dee", "ada", noon + 24h}, noon).has_value());
}

TEST_CASE("of two pairings the later one counts, once, and none once someone is enrolled") {
    auto ledger = open_ledger(":memory:");
    const Json where = {{"pid", 7}, {"terminal", "/dev/pts/1"}, {"started_by", "bash"}};
    ledger->pair({.hash = "one", .person = "ada", .until = noon + 15min}, where, noon).value();
    ledger->pair({.hash = "two", .person = "mallory", .until = noon + 15min}, where, noon).value();
    CHECK_FALSE(ledger->invitation("one", noon).value());
    CHECK(ledger->invitation("two", noon + 14min).value());
    CHECK_FALSE(ledger->invitation("two", noon + 15min).value());
    CHECK(ledger->enrol_invited("one", cheap_hash(), noon).error().code == Errc::denied);
    const auto first = ledger->enrol_invited("two", cheap_hash(), noon).value();
    CHECK(first.decides());
    CHECK(first.let_in_by.empty());
    CHECK(ledger->enrol_invited("two", cheap_hash(), noon).error().code == Errc::denied);
    CHECK(ledger->pair({.hash = "three", .person = "eve", .until = noon + 1h}, where, noon).error().code ==
          Errc::conflict);
    const auto records = ledger->journal().value();
    CHECK(records.at(0).kind == "person_pairing");
    CHECK(records.at(0).body.at("where") == where);
    CHECK(records.at(2).body.at("how") == "first");

    ledger = open_ledger(":memory:");
    ledger->pair({.hash = "one", .person = "ada", .until = noon + 15min}, where, noon).value();
    ledger->enrol_first("bob", cheap_hash(), storage::Enrolment::first, noon).value();
    CHECK(ledger->enrol_invited("one", cheap_hash(), noon).error().code == Errc::denied);
    CHECK(ledger->people()->size() == 1);
}

}  // namespace tfy::suspension_test
