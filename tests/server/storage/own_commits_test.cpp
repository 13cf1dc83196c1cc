// What a ledger remembers matches what is stored, also after another process writes and after a rollback.
#include "server/storage/own_commits.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::own_commits_test {

using namespace tfy::fakes;
using State = policy::Approval::State;

namespace {

const storage::RequestLimits roomy{100, 1'000'000};

Result<storage::Ledger::Opened> open(storage::Ledger& ledger, const policy::Approval& fresh,
                                     const storage::RequestLimits& limits = roomy) {
    return ledger.open_request(fresh, limits, entry("requested", fresh.id));
}

/// So often that it knows what is open.
void write_some(storage::Ledger& ledger, const std::string& name) {
    for (int i = 0; i < 3; ++i) {
        const auto id = name + std::to_string(i);
        REQUIRE(open(ledger, approval("apr_" + id, id)).has_value());
    }
}

policy::Approval needing(const std::string& id, const std::string& key) {
    auto made = approval(id, id);
    made.facts.needs = made.facts.consumes = {key};
    return made;
}

}  // namespace

TEST_CASE("requests that another process opened count at once") {
    const TempFolder folder;
    const auto ours = open_ledger(folder / "ledger.db");
    const auto theirs = open_ledger(folder / "ledger.db");
    write_some(*ours, "ours");
    CHECK(open(*ours, approval("apr_4", "four"), {4, 1'000'000}).has_value());
    REQUIRE(open(*theirs, approval("apr_5", "five")).has_value());
    CHECK(open(*ours, approval("apr_6", "six"), {5, 1'000'000}).error().code == Errc::rate_limited);
    CHECK(open(*ours, approval("apr_6", "six"), {6, 1'000'000}).has_value());
    CHECK_FALSE(journal::broken(ours->journal().value()).has_value());
}

TEST_CASE("what ends a request of another process's ends it, though this one wrote before and after") {
    const TempFolder folder;
    const auto ours = open_ledger(folder / "ledger.db");
    const auto theirs = open_ledger(folder / "ledger.db");
    write_some(*ours, "ours");
    const auto done = needing("apr_done", "name:x");
    REQUIRE(open(*ours, done).has_value());
    REQUIRE(open(*theirs, needing("apr_theirs", "name:x")).has_value());
    auto next = in_state(done, State::executing);
    REQUIRE(ours->change(State::pending, next, entry("executing", done.id)).has_value());
    next = in_state(done, State::succeeded);
    next.revision = 1;
    REQUIRE(ours->finish(next, entry("finished", done.id)).has_value());
    CHECK(ours->find("apr_theirs").value()->state() == State::superseded);
    REQUIRE(open(*ours, needing("apr_own", "name:y")).has_value());
    const auto other = needing("apr_other", "name:y");
    REQUIRE(open(*ours, other).has_value());
    next = in_state(other, State::executing);
    REQUIRE(ours->change(State::pending, next, entry("executing", other.id)).has_value());
    next = in_state(other, State::succeeded);
    next.revision = 1;
    REQUIRE(ours->finish(next, entry("finished", other.id)).has_value());
    CHECK(ours->find("apr_own").value()->state() == State::superseded);
}

TEST_CASE("what was undone was never known") {
    const TempFolder folder;
    const auto ours = open_ledger(folder / "ledger.db");
    const journal::JournalEntry broken{"requested", "apr_no", redaction::RedactedForTests::make("no JSON"),
                                       noon};
    write_some(*ours, "ours");
    ours->begin_group();
    REQUIRE(open(*ours, approval("apr_4", "four")).has_value());
    CHECK(ours->open_request(approval("apr_no", "no"), roomy, broken).error().code == Errc::storage);
    CHECK(open(*ours, approval("apr_5", "five"), {5, 1'000'000}).has_value());
    CHECK(open(*ours, approval("apr_6", "six"), {5, 1'000'000}).error().code == Errc::rate_limited);
    REQUIRE(ours->end_group().has_value());
    CHECK(ours->list(true, 100)->size() == 5);
    CHECK(ours->journal()->size() == 5);
    CHECK_FALSE(journal::broken(ours->journal().value()).has_value());
}

TEST_CASE("a record that was undone is followed by none") {
    const TempFolder folder;
    const auto ours = open_ledger(folder / "ledger.db");
    const auto fails = []() -> Result<void> { return Error{Errc::refused, "no"}; };
    REQUIRE(ours->append(entry("before")).has_value());
    ours->begin_group();
    REQUIRE(ours->append(entry("first")).has_value());
    CHECK(ours->append(entry("undone"), fails).error().code == Errc::refused);
    CHECK(ours->append(entry("last")).has_value());
    REQUIRE(ours->end_group().has_value());
    const auto records = ours->journal().value();
    CHECK(records.size() == 3);
    CHECK_FALSE(journal::broken(records).has_value());
}

}  // namespace tfy::own_commits_test
