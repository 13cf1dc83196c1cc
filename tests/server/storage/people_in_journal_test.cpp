// Who is enrolled is what the journal's records of people say now, however often that was read before.
#include <doctest/doctest.h>

#include "tests/fakes/people.hpp"
#include "tests/fakes/sql.hpp"

namespace tfy::people_in_journal_test {
namespace {

using namespace fakes;

struct House {
    TempFolder folder;
    std::filesystem::path file = folder / "ledger.db";
    std::unique_ptr<storage::Ledger> ledger = open_ledger(file);

    House() { enrol(*ledger, {"ada", "bob", "cy"}); }
    /// "ada bob*": those who may decide, with a star those who may not.
    std::string people() {
        const auto all = ledger->people();
        if (!all) return all.error().message;
        std::string names;
        for (const auto& each : *all)
            names += (names.empty() ? "" : " ") + each.name + (each.decides() ? "" : "*");
        return names;
    }
    int change(const std::string& sql) {
        return run_sql(file, ("DROP TRIGGER IF EXISTS journal_keeps_its_words; " + sql).c_str());
    }
};

bool is_unsound(const std::string& said) {
    return said.starts_with("The journal's records of people cannot be believed: ");
}

}  // namespace

TEST_CASE("what another process enrols, confirms or suspends is known at the next look") {
    House here;
    CHECK(here.people() == "ada bob cy");
    const auto other = open_ledger(here.file);
    REQUIRE(other->suspend_person("cy", "ada", noon).has_value());
    CHECK(here.people() == "ada bob cy*");
    other->invite({"of dee", "dee", "ada", noon + std::chrono::hours{1}}, noon).value();
    other->enrol_invited("of dee", cheap_hash(), noon).value();
    CHECK(here.people() == "ada bob cy* dee*");
    other->confirm_person("dee", "bob", noon).value();
    CHECK(here.people() == "ada bob cy* dee");
    CHECK(open_ledger(here.file)->people().value().size() == 4);
}

TEST_CASE(
    "a record of people that is changed, taken away or put in by hand is noticed by a ledger that read it "
    "before") {
    const char* const changes[] = {
        "UPDATE journal SET body = replace(body, 'bob', 'eve') WHERE kind = 'person_enrolled'",
        "UPDATE journal SET at = at + 1 WHERE kind = 'person_confirmed'",
        "UPDATE journal SET kind = 'person_suspended' WHERE kind = 'person_confirmed'",
        "UPDATE journal SET hash = previous WHERE kind = 'person_confirmed'",
        "UPDATE journal SET previous = hash WHERE sequence = (SELECT min(sequence) + 1 FROM journal)",
        "UPDATE journal SET body = '{' WHERE kind = 'person_confirmed'",
    };
    for (const auto* change : changes) {
        CAPTURE(change);
        House here;
        CHECK(here.people() == "ada bob cy");
        REQUIRE(here.change(change) == 0);
        const auto said = here.people();
        CHECK((is_unsound(said) || said.find("a journal record") != std::string::npos));
    }
}

TEST_CASE("what was undone was never known") {
    House here;
    CHECK(here.people() == "ada bob cy");
    // The last one who may decide cannot be suspended: nothing of it stays.
    REQUIRE(here.ledger->suspend_person("cy", "ada", noon).has_value());
    REQUIRE(here.ledger->suspend_person("bob", "ada", noon).has_value());
    CHECK_FALSE(here.ledger->suspend_person("ada", "ada", noon).has_value());
    CHECK(here.people() == "ada bob* cy*");
    here.ledger->invite({"of dee", "dee", "ada", noon + std::chrono::hours{1}}, noon).value();
    CHECK_FALSE(here.ledger->enrol_invited("of no one", cheap_hash(), noon).has_value());
    CHECK(here.people() == "ada bob* cy*");
}

}  // namespace tfy::people_in_journal_test
