// What the ledger promises about approvals.
#include "server/storage/ledger.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/state.hpp"

namespace tfy::ledger_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using State = policy::Approval::State;

namespace {

const storage::RequestLimits roomy{100, 100};

std::vector<std::string> kinds(storage::Ledger& ledger) {
    std::vector<std::string> found;
    for (const auto& record : ledger.journal().value()) found.push_back(record.kind);
    return found;
}

}  // namespace

TEST_CASE("what was written is there after the database is opened again") {
    const TempFolder folder;
    auto fresh = approval("apr_1");
    policy::ApprovalForTests::terms(fresh).destinations = {policy::Destination::agent,
                                                           policy::Destination::none};
    fresh.facts.target = {{"name", "ci-pipeline"}, {"uses", 3}};
    {
        auto ledger = open_ledger(folder / "ledger.db");
        REQUIRE(ledger->open_request(fresh, roomy, entry("requested", "apr_1")).has_value());
        REQUIRE(ledger
                    ->add_reveal(
                        {.id = "rev_1", .token_name = "ci", .principal = "stdio:alice", .instance = "i1"})
                    .has_value());
    }
    auto ledger = open_ledger(folder / "ledger.db");
    const auto found = ledger->find("apr_1").value();
    REQUIRE(found.has_value());
    CHECK(found->json() == fresh.json());
    CHECK(kinds(*ledger) == std::vector<std::string>{"requested"});
    CHECK(ledger->find_reveal("rev_1").value()->instance == "i1");
}

TEST_CASE("an id that was never written is not found, and that is no error") {
    auto ledger = open_ledger(":memory:");
    CHECK_FALSE(ledger->find("apr_none").value().has_value());
    CHECK_FALSE(ledger->find_reveal("rev_none").value().has_value());
    CHECK_FALSE(ledger->newest("stdio:alice", "sha256:00").value().has_value());
}

TEST_CASE("the same call under another definition of its tool ends what waits under the old one") {
    const State states[] = {State::pending, State::approved, State::executing};
    for (const auto state : states) {
        CAPTURE(policy::to_string(state));
        auto ledger = open_ledger(":memory:");
        const auto under_old = approval("apr_1");
        REQUIRE(ledger->open_request(under_old, roomy, entry("requested")).has_value());
        REQUIRE(
            ledger->open_request(approval("apr_other", "another"), roomy, entry("requested")).has_value());
        if (state != State::pending)
            REQUIRE(ledger->change(State::pending, in_state(under_old, state), entry("changed")).has_value());
        auto under_new = approval("apr_2");
        under_new.call.tool_version = "sha256:01";
        policy::ApprovalForTests::digest(under_new) = under_new.asked_digest = policy::digest(under_new.call);
        const auto opened = ledger->open_request(under_new, roomy, entry("requested"));
        REQUIRE(opened.has_value());
        CHECK_FALSE(opened->attached);
        const bool runs = state == State::executing;
        const auto old = ledger->find("apr_1").value();
        CHECK(old->state() == (runs ? State::executing : State::superseded));
        CHECK(std::ranges::count(kinds(*ledger), "superseded") == (runs ? 0 : 1));
        CHECK(ledger->find("apr_other").value()->state() == State::pending);
    }
}

TEST_CASE("a decision that comes too late is told what the request is by then") {
    auto ledger = open_ledger(":memory:");
    REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
    const auto late = [&] {
        return ledger->change(State::pending, in_state(approval("apr_1"), State::approved), entry("late"))
            .error();
    };
    auto extended = ledger->find("apr_1").value().value();
    REQUIRE(ledger->change(State::pending, extended, entry("extended")).has_value());
    CHECK(late().message == "This request has changed. Nothing was changed by this. Look at it again.");
    const auto now = ledger->find("apr_1").value().value();
    auto denied = in_state(approval("apr_1"), State::denied);
    denied.revision = now.revision;
    REQUIRE(ledger->change(State::pending, denied, entry("denied")).has_value());
    CHECK(late().code == Errc::conflict);
    CHECK(late().message ==
          "This request has changed: it was denied. Nothing was changed by this. Look at it again.");
}

TEST_CASE(
    "the same call by the same principal attaches to its request, ended or not, until that answers no more") {
    const State states[] = {State::pending,   State::approved,  State::executing, State::succeeded,
                            State::failed,    State::unknown,   State::denied,    State::expired,
                            State::withdrawn, State::superseded};
    for (const auto state : states) {
        CAPTURE(policy::to_string(state));
        auto ledger = open_ledger(":memory:");
        REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
        if (state != State::pending)
            REQUIRE(ledger->change(State::pending, in_state(approval("apr_1"), state), entry("changed"))
                        .has_value());
        CHECK(ledger->open_request(approval("apr_2"), roomy, entry("requested"))->approval.id == "apr_1");
        REQUIRE(ledger->answer_until("apr_1", noon).has_value());
        const auto again = ledger->open_request(approval("apr_2"), roomy, entry("requested"));
        REQUIRE(again.has_value());
        CHECK(again->attached == policy::is_open(state));
        CHECK(again->approval.id == (policy::is_open(state) ? "apr_1" : "apr_2"));
        CHECK(ledger->newest("stdio:alice", approval("").digest()).value()->id == again->approval.id);
    }
}

TEST_CASE("a request never answers for longer than its caller was told") {
    auto ledger = open_ledger(":memory:");
    REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
    REQUIRE(ledger->change(State::pending, in_state(approval("apr_1"), State::denied), entry("denied"))
                .has_value());
    CHECK_FALSE(ledger->find("apr_1").value()->answers_until.has_value());
    for (const auto until : {noon + 10min, noon + 20min})
        REQUIRE(ledger->answer_until("apr_1", until).has_value());
    CHECK(ledger->find("apr_1").value()->answers_until == noon + 10min);
    REQUIRE(ledger->answer_until("apr_1", noon + 1min).has_value());
    CHECK(ledger->find("apr_1").value()->answers_until == noon + 1min);
}

TEST_CASE("another principal or other arguments are another request") {
    auto ledger = open_ledger(":memory:");
    REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
    CHECK_FALSE(ledger->open_request(approval("apr_2", "other"), roomy, entry("requested"))->attached);
    CHECK_FALSE(ledger->open_request(approval("apr_3", "ci-pipeline", "stdio:bob"), roomy, entry("requested"))
                    ->attached);
    CHECK(ledger->all_open(noon)->size() == 3);
}

TEST_CASE("an overdue request lapses, with a record, when the call is made again") {
    for (const auto state : {State::pending, State::approved}) {
        CAPTURE(policy::to_string(state));
        auto ledger = open_ledger(":memory:");
        REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
        if (state == State::approved)
            REQUIRE(ledger->change(State::pending, in_state(approval("apr_1"), state), entry("approved"))
                        .has_value());
        const auto again = ledger->open_request(approval("apr_2", "ci-pipeline", "stdio:alice", noon + 15min),
                                                roomy, entry("requested"));
        REQUIRE(again.has_value());
        CHECK(again->attached);  // and is told so, once
        CHECK(again->approval.state() == State::expired);
        CHECK(ledger->find("apr_1").value()->state() == State::expired);
        REQUIRE(ledger->answer_until("apr_1", noon + 15min).has_value());
        CHECK_FALSE(ledger
                        ->open_request(approval("apr_2", "ci-pipeline", "stdio:alice", noon + 15min), roomy,
                                       entry("requested"))
                        ->attached);
        const auto records = ledger->journal().value();
        REQUIRE(records.size() >= 2);
        CHECK(records[records.size() - 2].kind == "expired");
        CHECK(records[records.size() - 2].approval_id == "apr_1");
    }
}

TEST_CASE("what is executing never lapses, however late it is") {
    auto ledger = open_ledger(":memory:");
    REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
    REQUIRE(ledger->change(State::pending, in_state(approval("apr_1"), State::executing), entry("executing"))
                .has_value());
    const auto late = ledger->open_request(approval("apr_2", "ci-pipeline", "stdio:alice", noon + 24h), roomy,
                                           entry("requested"));
    CHECK(late->attached);
}

TEST_CASE("one principal has so many open requests, and overdue ones do not count") {
    auto ledger = open_ledger(":memory:");
    const storage::RequestLimits two_open{2, 100};
    REQUIRE(ledger->open_request(approval("apr_1", "a"), two_open, entry("requested")).has_value());
    REQUIRE(ledger->open_request(approval("apr_2", "b"), two_open, entry("requested")).has_value());
    const auto third = ledger->open_request(approval("apr_3", "c"), two_open, entry("requested"));
    REQUIRE_FALSE(third.has_value());
    CHECK(third.error().code == Errc::rate_limited);
    CHECK(third.error().message.find("nothing ran") != std::string::npos);
    CHECK(ledger->open_request(approval("apr_4", "a"), two_open, entry("requested"))->attached);
    CHECK(
        ledger->open_request(approval("apr_5", "c", "stdio:bob"), two_open, entry("requested")).has_value());
    CHECK(
        ledger
            ->open_request(approval("apr_6", "c", "stdio:alice", noon + 16min), two_open, entry("requested"))
            .has_value());
    CHECK(kinds(*ledger).size() == 4);
}

TEST_CASE("one principal makes so many requests a minute, decided or not") {
    auto ledger = open_ledger(":memory:");
    const storage::RequestLimits two_a_minute{100, 2};
    const auto ask = [&](const char* id, policy::Time at) {
        return ledger->open_request(approval(id, id, "stdio:alice", at), two_a_minute, entry("requested"));
    };
    REQUIRE(ask("apr_1", noon).has_value());
    REQUIRE(ask("apr_2", noon + 30s).has_value());
    REQUIRE(
        ledger->change(State::pending, in_state(approval("apr_1", "apr_1"), State::denied), entry("denied"))
            .has_value());
    CHECK(ask("apr_3", noon + 59s).error().code == Errc::rate_limited);
    CHECK(ask("apr_4", noon + 60s).has_value());
}

TEST_CASE("a change is written where the state still is what was seen, and not otherwise") {
    auto ledger = open_ledger(":memory:");
    const auto fresh = approval("apr_1");
    REQUIRE(ledger->open_request(fresh, roomy, entry("requested")).has_value());
    REQUIRE(ledger->change(State::pending, in_state(fresh, State::denied), entry("denied")).has_value());
    const auto late = ledger->change(State::pending, in_state(fresh, State::approved), entry("approved"));
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().code == Errc::conflict);
    CHECK(ledger->find("apr_1").value()->state() == State::denied);
    CHECK(kinds(*ledger) == std::vector<std::string>{"requested", "denied"});
    CHECK(ledger->change(State::pending, in_state(approval("apr_none"), State::denied), entry("denied"))
              .error()
              .code == Errc::conflict);
}

TEST_CASE("a change cannot turn a request into one for another call") {
    auto ledger = open_ledger(":memory:");
    REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
    for (const auto& other :
         {approval("apr_1", "another-token"), approval("apr_1", "ci-pipeline", "stdio:mallory")})
        CHECK(ledger->change(State::pending, in_state(other, State::approved), entry("approved"))
                  .error()
                  .code == Errc::conflict);
    CHECK(ledger->find("apr_1").value()->state() == State::pending);
}

TEST_CASE("the list is newest first, whole or open only, and as long as was asked for") {
    auto ledger = open_ledger(":memory:");
    for (int i = 1; i <= 4; ++i) {
        const auto id = "apr_" + std::to_string(i);
        REQUIRE(ledger
                    ->open_request(approval(id, id, "stdio:alice", noon + std::chrono::seconds(i / 2)), roomy,
                                   entry("requested"))
                    .has_value());
    }
    REQUIRE(
        ledger->change(State::pending, in_state(approval("apr_2", "apr_2"), State::denied), entry("denied"))
            .has_value());
    const auto ids = [&](bool open_only, std::size_t limit) {
        std::string text;
        for (const auto& each : ledger->list(open_only, limit).value()) text += each.id.back();
        return text;
    };
    CHECK(ids(false, 200) == "4321");
    CHECK(ids(true, 200) == "431");
    CHECK(ids(false, 2) == "43");
}

TEST_CASE("what is open is there whole, whatever else there is; what waits comes in pages, oldest first") {
    auto ledger = open_ledger(":memory:");
    const storage::RequestLimits any{1'000, 1'000};
    const auto ask = [&](const std::string& id, std::chrono::minutes after) {
        REQUIRE(
            ledger->open_request(approval(id, id, "stdio:alice", noon + after), any, entry("requested", id))
                .has_value());
    };
    const auto change = [&](const std::string& id, State from, State to) {
        auto next = in_state(ledger->find(id).value().value(), to);
        REQUIRE(ledger->change(from, next, entry("changed", id)).has_value());
    };
    for (const auto* id : {"apr_late", "apr_due"}) ask(id, -std::chrono::minutes{20});
    change("apr_due", State::pending, State::approved);
    for (const auto* id : {"apr_b", "apr_a", "apr_runs", "apr_c"}) ask(id, std::chrono::minutes{0});
    change("apr_runs", State::pending, State::approved);
    change("apr_runs", State::approved, State::executing);
    for (int i = 0; i < 250; ++i) {
        const auto id = "apr_denied_" + std::to_string(i);
        ask(id, std::chrono::minutes{1});
        change(id, State::pending, State::denied);
    }
    const auto ids = [](const std::vector<policy::Approval>& all) {
        std::vector<std::string> found;
        for (const auto& each : all) found.push_back(each.id);
        return found;
    };
    using Ids = std::vector<std::string>;
    const auto now = noon + std::chrono::minutes{2};
    CHECK(ids(ledger->all_open(now).value()) == Ids{"apr_c", "apr_runs", "apr_a", "apr_b"});
    const auto first = ledger->waiting(now, "", 2).value();
    CHECK(ids(first.page) == Ids{"apr_b", "apr_a"});
    CHECK(first.more == 1);
    CHECK(first.all == 3);
    const auto second = ledger->waiting(now, "apr_a", 2).value();
    CHECK(ids(second.page) == Ids{"apr_c"});
    CHECK(second.more == 0);
    CHECK(second.all == 3);
    change("apr_a", State::pending, State::denied);  // the place stays known
    CHECK(ids(ledger->waiting(now, "apr_a", 2)->page) == Ids{"apr_c"});
    CHECK(ledger->waiting(now, "apr_none", 2).error().code == Errc::not_found);
    CHECK(ledger->over(now, 3)->front().id == "apr_denied_249");
    const auto over = ids(ledger->over(now, 1'000).value());
    CHECK(over.size() == 253);
    CHECK(over.back() == "apr_late");
    const auto behind = ids(ledger->over(now, 100, over[99]).value());
    CHECK(behind == Ids(over.begin() + 100, over.begin() + 200));
    CHECK(ledger->over(now, 100, "apr_late")->empty());
    CHECK(ledger->over(now, 100, "apr_none").error().code == Errc::not_found);
}

TEST_CASE("a deed outside the database and its record are there together or not at all") {
    auto ledger = open_ledger(":memory:");
    const Error no{Errc::storage, "not done"};
    CHECK(ledger->append(entry("a deed"), [&]() -> Result<void> { return no; }).error().message ==
          "not done");
    CHECK(ledger->journal()->empty());
    bool done = false;
    const auto deed = [&]() -> Result<void> {
        done = true;
        return {};
    };
    REQUIRE(ledger->append(entry("a deed"), deed).has_value());
    CHECK(done);
    CHECK(ledger->journal()->size() == 1);
}

TEST_CASE("another connection's writes change the data version, one's own do not") {
    const TempFolder folder;
    auto mine = open_ledger(folder / "ledger.db");
    auto theirs = open_ledger(folder / "ledger.db");
    const auto before = mine->data_version().value();
    REQUIRE(mine->append(entry("mine")).has_value());
    CHECK(mine->data_version().value() == before);
    REQUIRE(theirs->append(entry("theirs")).has_value());
    CHECK(mine->data_version().value() != before);
}

}  // namespace tfy::ledger_test
