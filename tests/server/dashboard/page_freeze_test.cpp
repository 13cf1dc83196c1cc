// A caller that a person freezes: what it had open ends, and nothing new of it is taken until a person lifts
// it.
#include <doctest/doctest.h>

#include "tests/fakes/page.hpp"

namespace tfy::page_freeze_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using State = policy::Approval::State;

namespace {

const std::string freeze = "/approvals/api/freeze";
const std::string unfreeze = "/approvals/api/unfreeze";

State state_of(Page& page, const policy::Approval& approval) {
    return page.wait(page.approvals.find(approval.id))->state();
}

Json alice(const std::string& reason = "") { return {{"principal", "stdio:alice"}, {"reason", reason}}; }

/// What opening a request of that caller comes to.
Result<policy::Approval> opens(Page& page, const std::string& name, const std::string& principal) {
    auto made = approval("apr_" + name, name, principal);
    const storage::RequestLimits limits{100, 100};
    const auto record = entry("requested", made.id);
    auto opened = page.wait(page.store.run([made, limits, record](storage::Ledger& ledger) {
        return ledger.open_request(made, limits, record);
    }));
    if (!opened) return opened.error();
    return opened->approval;
}

}  // namespace

TEST_CASE(
    "a freeze denies what waits, withdraws what was approved and has not begun, and leaves others alone") {
    Page page;
    page.ask_under({});
    page.sign_in("ann");
    const auto waits = page.ask(approval("apr_a", "one"));
    // of a rule that lets only others decide: a freeze is no decision on it
    auto not_hers = approval("apr_b", "two");
    policy::ApprovalForTests::terms(not_hers).approvers = {"grace"};
    not_hers = page.ask(not_hers);
    auto ready = approval("apr_c", "three");
    policy::ApprovalForTests::terms(ready).min_assurance = policy::Assurance::client;
    ready = page.ask(ready);
    REQUIRE(page.post("/approvals/api/approvals/apr_c/approve", approving(ready)).status() == 200);
    const auto of_bob = page.ask(approval("apr_d", "four", "stdio:bob"));
    const auto before = page.approvals.revision();

    const auto frozen = page.post(freeze, alice("Too many at once."));
    REQUIRE(frozen.status() == 200);
    CHECK(frozen.json().at("stopped") == 3);
    CHECK(page.approvals.revision() > before);
    CHECK(state_of(page, waits) == State::denied);
    CHECK(state_of(page, not_hers) == State::denied);
    CHECK(state_of(page, ready) == State::withdrawn);
    CHECK(state_of(page, of_bob) == State::pending);
    const auto stopped = page.wait(page.approvals.find(ready.id))->outcome;
    CHECK(stopped.at("text") ==
          "Withdrawn before it ran: ann froze this caller (stdio:alice) on 2026-11-23 12:00 UTC. Their "
          "reason: \"Too many at once.\" Nothing was done.");
    CHECK(stopped.at("next") ==
          "Tell the user that this caller is frozen, and do not call again until they say so.");
    const auto decision = page.wait(page.approvals.find("apr_b"))->decision().value();
    CHECK(decision.by == "ann");
    CHECK(decision.assurance == policy::Assurance::signed_in);
    CHECK(decision.reason == "Too many at once.");
    CHECK(decision.froze);

    const auto journal = page.journal();
    REQUIRE(journal.size() >= 4);
    const auto& first = *std::prev(journal.end(), 4);
    CHECK(first.kind == "principal_frozen");
    CHECK(first.body == Json{{"principal", "stdio:alice"},
                             {"by", "ann"},
                             {"frozen_by", "ann"},
                             {"since", "2026-11-23T12:00:00.000Z"},
                             {"reason", "Too many at once."}});
    CHECK(std::prev(journal.end(), 3)->kind == "denied");
    CHECK(std::prev(journal.end(), 3)->body.at("decided_by") == "ann");
    CHECK(journal.back().kind == "withdrawn with its caller's freeze");
    CHECK(page.get("/approvals/api/rows").json().at("frozen") ==
          Json::array({{{"principal", "stdio:alice"},
                        {"by", "ann"},
                        {"since", "2026-11-23T12:00:00.000Z"},
                        {"reason", "Too many at once."}}}));
}

TEST_CASE("a frozen caller opens nothing, by a standing permission neither, until a person lifts it") {
    Page page;
    page.ask_under({});
    page.sign_in("ann");
    REQUIRE(page.post("/approvals/api/permissions", {{"principal", "stdio:alice"},
                                                     {"names", "ci-*"},
                                                     {"uses", 9},
                                                     {"longest_life", "30d"},
                                                     {"lasts", "60m"},
                                                     {"destination", "page"},
                                                     {"reason", ""}})
                .status() == 201);
    CHECK(page.open_create("ci-a").state() == State::approved);
    REQUIRE(page.post(freeze, alice("say \"please\"")).status() == 200);

    const auto refused = opens(page, "new", "stdio:alice");
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::denied);
    CHECK(refused.error().message ==
          "ann froze this caller (stdio:alice) on 2026-11-23 12:00 UTC. Its requests are refused until a "
          "person who may decide here unfreezes it. No one was asked, and nothing was done.");
    CHECK(refused.error().data.at("next") ==
          "Tell the user that this caller is frozen, and do not call again until they say so.");
    CHECK(opens(page, "other", "stdio:bob").has_value());
    // before anything is read from TrueFoundry, too
    auto asked = approval("apr_x", "never-asked").call;
    const auto early = page.wait(page.approvals.find_answering(asked));
    REQUIRE(early.has_error());
    CHECK(early.error().code == Errc::denied);
    CHECK(early.error().message ==
          "ann froze this caller (stdio:alice) on 2026-11-23 12:00 UTC. Their reason: \"say 'please'\". Its "
          "requests are refused until a person who may decide here unfreezes it. No one was asked, and "
          "nothing was done.");
    CHECK(early.error().data == refused.error().data);
    CHECK(page.wait(page.standing.list()).value().front().used == 1);
    CHECK_THROWS(page.open_create("ci-b"));
    CHECK(page.wait(page.standing.list()).value().front().used == 1);

    page.sign_in("bob");
    CHECK(page.post(unfreeze, {{"principal", "stdio:alice"}}).status() == 200);
    CHECK(page.journal().back().kind == "principal_unfrozen");
    CHECK(page.journal().back().body.at("by") == "bob");
    CHECK(page.journal().back().body.at("frozen_by") == "ann");
    CHECK(page.get("/approvals/api/rows").json().at("frozen").empty());
    CHECK(opens(page, "new", "stdio:alice").has_value());
    CHECK(page.open_create("ci-b").state() == State::approved);
}

TEST_CASE("what was asked and denied by a freeze goes on being answered with that denial") {
    Page page;
    page.sign_in("ann");
    const auto asked = page.ask(approval("apr_a", "one"));
    REQUIRE(page.post(freeze, alice()).status() == 200);
    const auto again = page.wait(page.approvals.find_answering(asked.call));
    REQUIRE(again.has_value());
    REQUIRE(again->has_value());
    CHECK((*again)->state() == State::denied);
}

TEST_CASE("what cannot be frozen or unfrozen is refused with its reason, and nothing changes") {
    Page page;
    page.sign_in("ann");
    page.ask(approval("apr_a", "one"));
    const auto records = page.journal().size();
    const auto says = [](const CapturedAnswer& answer) {
        return answer.json().at("error").at("message").get<std::string>();
    };
    const auto unknown = page.post(freeze, {{"principal", "stdio:alcie"}, {"reason", ""}});
    CHECK(unknown.status() == 404);
    CHECK(says(unknown) ==
          "No caller of this name has asked for a change yet, and none has a key or a grant. Nothing was "
          "frozen. Name it as its requests do, for example stdio:ada.");
    CHECK(page.post(freeze, {{"principal", " "}, {"reason", ""}}).status() == 422);
    CHECK(page.post(freeze, {{"principal", 7}, {"reason", ""}}).status() == 422);
    CHECK(page.post(freeze, alice(std::string(501, 'x'))).status() == 422);
    CHECK(page.post(unfreeze, {{"principal", "stdio:alice"}}).status() == 404);
    CHECK(page.journal().size() == records);

    REQUIRE(page.post(freeze, alice()).status() == 200);
    const auto twice = page.post(freeze, alice());
    CHECK(twice.status() == 409);
    CHECK(says(twice) == "This caller is frozen already, by ann. Nothing was changed.");
    page.key = "another";
    CHECK(page.post(unfreeze, {{"principal", "stdio:alice"}}).status() == 401);
    CHECK(page.post(freeze, alice()).status() == 401);
}

TEST_CASE("a token's value never gets into a freeze") {
    Page page;
    page.sign_in("ann");
    page.hold();
    page.ask(approval("apr_a", "one"));
    REQUIRE(page.post(freeze, alice("it sent " + token_value)).status() == 200);
    const auto stored = page.wait(page.freezes.list()).value();
    REQUIRE(stored.size() == 1);
    CHECK(stored.front().reason.starts_with("it sent [redacted:access-token"));
    for (const auto& record : page.journal())
        CHECK(record.body.dump().find(token_value) == std::string::npos);
}

}  // namespace tfy::page_freeze_test
