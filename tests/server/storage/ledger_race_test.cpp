// Several processes on one file, played by threads with a connection each: one winner, every time.
// TFY_RACE_ROUNDS says how often (100); `./dev soak` plays 1,000.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstdlib>
#include <functional>
#include <set>
#include <thread>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::ledger_race_test {

using namespace tfy::fakes;
using State = policy::Approval::State;

namespace {

constexpr int rivals = 8;
int rounds() {
    const auto* said = std::getenv("TFY_RACE_ROUNDS");
    static const int value = said == nullptr ? 100 : std::stoi(said);
    return value;
}

/// Lets eight threads, each with its own connection, do `work(ledger, round, rival)` at the same moment,
/// round by round.
void compete(const std::filesystem::path& file, const std::function<void(int)>& prepare,
             const std::function<void(storage::Ledger&, int, int)>& work,
             const std::function<void(int)>& check) {
    std::barrier together(rivals + 1);
    std::vector<std::thread> threads;
    for (int rival = 0; rival < rivals; ++rival)
        threads.emplace_back([&, rival] {
            auto ledger = open_ledger(file);
            for (int round = 0; round < rounds(); ++round) {
                together.arrive_and_wait();
                work(*ledger, round, rival);
                together.arrive_and_wait();
            }
        });
    for (int round = 0; round < rounds(); ++round) {
        prepare(round);
        together.arrive_and_wait();
        together.arrive_and_wait();
        check(round);
    }
    for (auto& thread : threads) thread.join();
}

policy::Human rival_named(int rival) {
    return policy::HumanForTests::make("approver " + std::to_string(rival));
}

policy::DecisionInput yes_to(const policy::Approval& seen) {
    return {.typed_name = seen.facts.subject, .digest = seen.digest()};
}

/// As a desk does it: reads the row, decides on what it read, writes that where no one wrote in between.
Result<policy::Approval> decide(storage::Ledger& ledger, const std::string& id, int rival, bool yes) {
    const auto seen = ledger.find(id).value().value();
    auto next = yes ? policy::approve(seen, rival_named(rival), yes_to(seen), noon, std::chrono::minutes{15},
                                      fakes::no_tokens())
                    : policy::deny(seen, rival_named(rival), "not today", noon, fakes::no_tokens());
    if (!next) return next;
    const auto written = ledger.change(seen.state(), *next, entry("decided by " + std::to_string(rival), id));
    if (!written) return written.error();
    return next;
}

}  // namespace

TEST_CASE("of eight people who decide on one request at once one wins, every time") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    std::atomic<int> winners = 0;
    std::atomic<int> losers = 0;
    std::string winner;
    const auto id = [](int round) { return "apr_" + std::to_string(round); };
    compete(
        folder / "ledger.db",
        [&](int round) {
            winners = losers = 0;
            const auto asked = approval(id(round), id(round));
            REQUIRE(ledger->open_request(asked, {10'000, 10'000}, entry("requested", asked.id)).has_value());
        },
        [&](storage::Ledger& own, int round, int rival) {
            const auto done = decide(own, id(round), rival, rival % 2 == 1);
            if (done && ++winners == 1) winner = done->decision()->by;
            // Someone was quicker: between reading and writing, or before the reading.
            if (!done && (done.error().code == Errc::conflict || done.error().code == Errc::refused))
                ++losers;
        },
        [&](int round) {
            CHECK(winners == 1);
            CHECK(losers == rivals - 1);
            CHECK(ledger->find(id(round)).value()->decision()->by == winner);
        });
    const auto records = ledger->journal().value();
    CHECK(std::ssize(records) == 2 * rounds());
    CHECK_FALSE(journal::broken(records).has_value());
}

TEST_CASE("of eight who say yes at once where three must, three count, and no vote is lost") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    std::array<std::atomic<bool>, rivals> counted;
    std::atomic<int> conflicts = 0;
    const auto id = [](int round) { return "apr_" + std::to_string(round); };
    compete(
        folder / "ledger.db",
        [&](int round) {
            for (auto& each : counted) each = false;
            auto asked = approval(id(round), id(round));
            policy::ApprovalForTests::terms(asked).quorum = 3;
            REQUIRE(ledger->open_request(asked, {10'000, 10'000}, entry("requested", asked.id)).has_value());
        },
        [&](storage::Ledger& own, int round, int rival) {
            for (;;) {
                const auto done = decide(own, id(round), rival, true);
                if (done) counted[static_cast<std::size_t>(rival)] = true;
                if (done || done.error().code != Errc::conflict) return;
                ++conflicts;  // it is told, and may be tried again
            }
        },
        [&](int round) {
            const auto row = ledger->find(id(round)).value().value();
            CHECK(row.state() == State::approved);
            std::set<std::string> people;
            for (const auto& vote : row.votes()) people.insert(vote.by);
            std::set<std::string> told;
            for (int rival = 0; rival < rivals; ++rival)
                if (counted[static_cast<std::size_t>(rival)]) told.insert(rival_named(rival).name());
            CHECK(row.votes().size() == 3);
            CHECK(people == told);
        });
    CHECK(conflicts > 0);  // else no one raced
    const auto records = ledger->journal(1, 100'000).value();
    CHECK(std::ssize(records) == (1 + 3) * rounds());
    CHECK_FALSE(journal::broken(records).has_value());
}

TEST_CASE("of eight who decide at once one wins, the others are told, and the journal has one record") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    std::atomic<int> winners = 0;
    std::atomic<int> conflicts = 0;
    const auto id = [](int round) { return "apr_" + std::to_string(round); };
    compete(
        folder / "ledger.db",
        [&](int round) {
            winners = conflicts = 0;
            REQUIRE(ledger->open_request(approval(id(round), id(round)), {1000, 1000}, entry("requested"))
                        .has_value());
        },
        [&](storage::Ledger& own, int round, int rival) {
            const auto next =
                in_state(approval(id(round), id(round)), rival % 2 ? State::approved : State::denied);
            const auto done = own.change(State::pending, next, entry("decided", next.id));
            if (done) ++winners;
            if (!done && done.error().code == Errc::conflict) ++conflicts;
        },
        [&](int) {
            CHECK(winners == 1);
            CHECK(conflicts == rivals - 1);
        });
    const auto records = ledger->journal().value();
    CHECK(std::ssize(records) == 2 * rounds());
    CHECK_FALSE(journal::broken(records).has_value());
}

TEST_CASE("of eight who ask for the same thing at once one makes the row, the others attach to it") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    std::atomic<int> made = 0;
    std::atomic<int> attached = 0;
    compete(
        folder / "ledger.db", [&](int) { made = attached = 0; },
        [&](storage::Ledger& own, int round, int rival) {
            const auto id = "apr_" + std::to_string(round) + "_" + std::to_string(rival);
            const auto opened = own.open_request(approval(id, "token-" + std::to_string(round)),
                                                 {1000, 10'000}, entry("requested"));
            if (opened) ++(opened->attached ? attached : made);
        },
        [&](int) {
            CHECK(made == 1);
            CHECK(attached == rivals - 1);
        });
    CHECK(std::ssize(*ledger->list(true, 1000)) == rounds());
}

TEST_CASE("of eight who claim a value at once one may show it") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    std::atomic<int> winners = 0;
    const auto id = [](int round) { return "rev_" + std::to_string(round); };
    compete(
        folder / "ledger.db",
        [&](int round) {
            winners = 0;
            REQUIRE(ledger->add_reveal({.id = id(round), .token_name = "ci"}).has_value());
        },
        [&](storage::Ledger& own, int round, int) {
            if (own.end_reveal(id(round), storage::RevealRow::State::claimed,
                               entry("reveal_claimed", id(round))))
                ++winners;
        },
        [&](int) { CHECK(winners == 1); });
}

TEST_CASE("the journal's chain holds while eight write at once, from the very first opening of the file") {
    for (int round = 0; round < 30; ++round) {
        const TempFolder folder;
        std::atomic<int> failures = 0;
        std::barrier together(rivals);
        std::vector<std::thread> threads;
        for (int rival = 0; rival < rivals; ++rival)
            threads.emplace_back([&] {
                together.arrive_and_wait();
                auto own = storage::Ledger::open(folder / "state/ledger.db");
                for (int i = 0; i < 5; ++i)
                    if (!own || !(*own)->append(entry("step"))) ++failures;
            });
        for (auto& thread : threads) thread.join();
        REQUIRE(failures == 0);
        const auto records = open_ledger(folder / "state/ledger.db")->journal().value();
        CHECK(records.size() == rivals * 5);
        CHECK_FALSE(journal::broken(records).has_value());
    }
}

TEST_CASE("the journal's chain holds while eight write at once, three records a commit") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    std::atomic<int> failures = 0;
    compete(
        folder / "ledger.db", [](int) {},
        [&](storage::Ledger& own, int, int rival) {
            own.begin_group();
            for (int i = 0; i < 3; ++i)
                if (!own.append(entry("of " + std::to_string(rival)))) ++failures;
            if (!own.end_group()) ++failures;
        },
        [&](int) { CHECK(failures == 0); });
    const auto records = ledger->journal(1, 1'000'000).value();
    CHECK(std::ssize(records) == 3 * rivals * rounds());
    CHECK_FALSE(journal::broken(records).has_value());
    for (std::size_t i = 0; i < records.size(); i += 3)  // no one comes in between
        CHECK((records[i].kind == records[i + 1].kind && records[i].kind == records[i + 2].kind));
}

}  // namespace tfy::ledger_race_test
