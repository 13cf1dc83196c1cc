// What the ledger promises about the journal, fingerprints and reveals.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "server/storage/state_dir.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::ledger_records_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

TEST_CASE("each journal record follows from the one before it, and reads back as it was written") {
    auto ledger = open_ledger(":memory:");
    REQUIRE(ledger
                ->append(entry(
                    "first", "apr_1",
                    {{"name", "Grüße"}, {"n", 12345678901234}, {"f", 0.1}, {"list", {1, nullptr, true}}}))
                .has_value());
    REQUIRE(ledger->append(entry("second", "", Json::object(), noon + 1ms)).has_value());
    const auto records = ledger->journal().value();
    REQUIRE(records.size() == 2);
    CHECK(records[0].body["f"] == 0.1);
    CHECK(records[1].previous == records[0].hash);
    CHECK(records[1].at == noon + 1ms);
    CHECK_FALSE(journal::broken(records).has_value());
}

TEST_CASE("the journal can be read in parts") {
    auto ledger = open_ledger(":memory:");
    for (int i = 0; i < 5; ++i) REQUIRE(ledger->append(entry("step")).has_value());
    const auto part = ledger->journal(2, 3).value();
    REQUIRE(part.size() == 3);
    CHECK(part.front().sequence == 2);
    CHECK(part.back().sequence == 4);
}

TEST_CASE("the database itself refuses to change or to drop a line of the journal") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    REQUIRE(ledger->append(entry("step")).has_value());
    CHECK(run_sql(folder / "ledger.db", "UPDATE journal SET kind = 'other'") == SQLITE_CONSTRAINT);
    CHECK(run_sql(folder / "ledger.db", "DELETE FROM journal") == SQLITE_CONSTRAINT);
    CHECK(ledger->journal()->at(0).kind == "step");
}

TEST_CASE("fingerprints come back bit for bit, and the same token twice is one row") {
    const TempFolder folder;
    redaction::TokenFingerprints token{"ci-pipeline", {}};
    token.windows.push_back({.rolling = 0xfedcba9876543210ULL, .digest = {0, 1, 2, 255}, .size = 16});
    token.windows.push_back({.rolling = 0, .digest = {}, .size = 255});
    {
        auto ledger = open_ledger(folder / "ledger.db");
        REQUIRE(ledger->add_fingerprints(token).has_value());
        REQUIRE(ledger->add_fingerprints(token).has_value());
        REQUIRE(ledger->add_fingerprints({"empty", {}}).has_value());
    }
    const auto known = open_ledger(folder / "ledger.db")->fingerprints().value();
    REQUIRE(known.size() == 2);
    CHECK(known[0].name == "ci-pipeline");
    CHECK(known[0].windows == token.windows);
    CHECK(known[1].windows.empty());
}

TEST_CASE("a reveal is held until it is ended once, with a record of it") {
    auto ledger = open_ledger(":memory:");
    for (const auto state : {storage::RevealRow::State::claimed, storage::RevealRow::State::lapsed,
                             storage::RevealRow::State::lost}) {
        const auto id = "rev_" + std::to_string(static_cast<int>(state));
        REQUIRE(ledger
                    ->add_reveal({.id = id,
                                  .token_name = "ci",
                                  .token_id = "pat-1",
                                  .principal = "stdio:alice",
                                  .instance = "i1",
                                  .created = noon,
                                  .until = noon + 10min})
                    .has_value());
        REQUIRE(ledger->end_reveal(id, state, entry("reveal_ended", id)).has_value());
        CHECK(ledger->end_reveal(id, storage::RevealRow::State::claimed, entry("reveal_claimed", id))
                  .error()
                  .code == Errc::conflict);
        const auto row = ledger->find_reveal(id).value();
        CHECK(row->state == state);
        CHECK(row->token_id == "pat-1");
        CHECK(row->until == noon + 10min);
        CHECK(ledger->reveals(state)->size() == 1);
    }
    CHECK(ledger->reveals(storage::RevealRow::State::held)->empty());
    CHECK(ledger->journal()->size() == 3);
}

TEST_CASE("what asks for a value that went with its process ends, and says what is lost and what to do") {
    const TempFolder folder;
    const auto state = storage::StateDir::open(folder / "state").value();
    auto ledger = open_ledger(state.root() / "ledger.db");
    const auto living = storage::Instance::hold(state, "living").value();
    std::vector<policy::Approval> asked;
    for (const auto& holder : std::vector<std::string>{"living", "ended"}) {
        ledger
            ->add_reveal({.id = "rev_" + holder,
                          .token_name = "ci",
                          .principal = "stdio:alice",
                          .instance = holder,
                          .created = noon,
                          .until = noon + 10min})
            .value();
        auto made = approval("apr_" + holder, "token-" + holder);
        made.facts.needs = {policy::value_key("rev_" + holder)};
        asked.push_back(ledger->open_request(made, {100, 100}, entry("requested", made.id)).value().approval);
    }
    const auto before = ledger->data_version().value();
    CHECK_FALSE(ledger->lose_value_of(asked.at(0), "another", noon + 1min).value());
    CHECK_FALSE(ledger->lose_value_of(asked.at(1), "ended", noon + 1min).value());  // who asks lives
    CHECK(ledger->data_version().value() == before);
    ledger->lose_values_asked_for("another", noon + 1min).value();
    CHECK(ledger->data_version().value() != before);  // open pages and waiting calls look again
    CHECK(ledger->find("apr_living").value()->state() == policy::Approval::State::pending);
    const auto ended = ledger->find("apr_ended").value();
    CHECK(ended->state() == policy::Approval::State::superseded);
    CHECK(ended->outcome.at("text").get<std::string>() ==
          "The server that held its value has ended, so the value is lost. Nothing was done.");
    CHECK(ended->outcome.at("next") ==
          "Delete the token \"ci\" with tfy_access_tokens_delete and create a new one.");
    CHECK(ledger->find_reveal("rev_ended").value()->state == storage::RevealRow::State::lost);
    const auto journal = ledger->journal().value();
    CHECK(journal.at(journal.size() - 2).kind == "reveal_lost");
    CHECK(journal.back().kind == "superseded");
    CHECK_FALSE(ledger->lose_value_of(*ended, "another", noon + 1min).value());
}

}  // namespace tfy::ledger_records_test
