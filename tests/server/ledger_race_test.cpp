// Several processes on one file, played by threads with a connection each: one winner, every time.
#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <thread>

#include "tests/fakes/state.hpp"

using namespace tfy;
using namespace tfy::server;
using namespace tfy::fakes;
using State = policy::Approval::State;

namespace {

constexpr int rivals = 8;
constexpr int rounds = 200;

/// Lets eight threads, each with its own connection, do `work(ledger, round, rival)` at the same moment,
/// round by round.
void compete(const std::filesystem::path& file, const std::function<void(int)>& prepare,
             const std::function<void(Ledger&, int, int)>& work, const std::function<void(int)>& check) {
    std::barrier together(rivals + 1);
    std::vector<std::thread> threads;
    for (int rival = 0; rival < rivals; ++rival)
        threads.emplace_back([&, rival] {
            auto ledger = open_ledger(file);
            for (int round = 0; round < rounds; ++round) {
                together.arrive_and_wait();
                work(*ledger, round, rival);
                together.arrive_and_wait();
            }
        });
    for (int round = 0; round < rounds; ++round) {
        prepare(round);
        together.arrive_and_wait();
        together.arrive_and_wait();
        check(round);
    }
    for (auto& thread : threads) thread.join();
}

}  // namespace

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
        [&](Ledger& own, int round, int rival) {
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
    CHECK(records.size() == 2 * rounds);
    CHECK_FALSE(policy::broken(records).has_value());
}

TEST_CASE("of eight who ask for the same thing at once one makes the row, the others attach to it") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    std::atomic<int> made = 0;
    std::atomic<int> attached = 0;
    compete(
        folder / "ledger.db", [&](int) { made = attached = 0; },
        [&](Ledger& own, int round, int rival) {
            const auto id = "apr_" + std::to_string(round) + "_" + std::to_string(rival);
            const auto opened = own.open_request(approval(id, "token-" + std::to_string(round)),
                                                 {1000, 10'000}, entry("requested"));
            if (opened) ++(opened->attached ? attached : made);
        },
        [&](int) {
            CHECK(made == 1);
            CHECK(attached == rivals - 1);
        });
    CHECK(ledger->list(true, 1000)->size() == rounds);
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
        [&](Ledger& own, int round, int) {
            if (own.end_reveal(id(round), RevealRow::State::claimed, entry("reveal_claimed", id(round))))
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
                auto own = Ledger::open(folder / "state/ledger.db");
                for (int i = 0; i < 5; ++i)
                    if (!own || !(*own)->append(entry("step"))) ++failures;
            });
        for (auto& thread : threads) thread.join();
        REQUIRE(failures == 0);
        const auto records = open_ledger(folder / "state/ledger.db")->journal().value();
        CHECK(records.size() == rivals * 5);
        CHECK_FALSE(policy::broken(records).has_value());
    }
}
