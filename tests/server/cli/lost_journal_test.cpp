// A state directory that had a journal and has none is no new one: until someone says so, on record.
#include "server/storage/lost_journal.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "server/app/archive.hpp"
#include "server/cli/audit.hpp"
#include "server/doctor/doctor_state.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::lost_journal_test {

using namespace tfy::fakes;

namespace {

using Verb = cli::AuditOptions::Verb;

Ran audit(Verb verb, const TempFolder& folder) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = cli::run_audit({verb, folder.path()}, out, err);
    return {code, out.str(), err.str()};
}

/// As a server leaves it that ran, and wrote so many records.
void use(const TempFolder& folder, int records) {
    REQUIRE(app::Archive::open_or_make(folder.path()).has_value());
    auto ledger = open_ledger(folder / "ledger.db");
    for (int i = 0; i < records; ++i) REQUIRE(ledger->append(entry("step", "apr_1", {{"n", i}})).has_value());
}

using Loss = std::function<void(const TempFolder&)>;

void without_log(const TempFolder& folder) {
    for (const auto* name : {"ledger.db-wal", "ledger.db-shm"}) std::filesystem::remove(folder / name);
}

void remove_database(const TempFolder& folder) {
    without_log(folder);
    std::filesystem::remove(folder / "ledger.db");
}

void empty_database(const TempFolder& folder) { std::ofstream(folder / "ledger.db", std::ios::trunc); }

/// Another new database, whole and without a record.
void exchange_database(const TempFolder& folder) {
    const TempFolder other;
    open_ledger(other / "ledger.db").reset();
    remove_database(folder);
    std::filesystem::copy_file(other / "ledger.db", folder / "ledger.db");
}

void take_records_and_head(const TempFolder& folder) {
    REQUIRE(run_sql(folder / "ledger.db",
                    "DROP TRIGGER journal_keeps_its_lines; DELETE FROM journal; DELETE FROM journal_head") ==
            SQLITE_OK);
}

struct Row {
    const char* name;
    int records;
    Loss lose;
    const char* words;
};

const Row rows[] = {
    {"deleted", 3, remove_database, "ledger.db is missing"},
    {"emptied", 3, empty_database, "ledger.db is empty"},
    {"emptied after its first record", 1, empty_database, "ledger.db is empty"},
    {"deleted before it had a record", 0, remove_database, "ledger.db is missing"},
    {"deleted with its key", 3,
     [](const TempFolder& folder) {
         remove_database(folder);
         std::filesystem::remove(folder.path() / "keys" / "journal.key");
     },
     "ledger.db is missing"},
    {"exchanged for a new one", 3, exchange_database, "ledger.db is without a record"},
    {"its records and its head taken away", 3, take_records_and_head, "ledger.db is without a record"},
};

}  // namespace

TEST_CASE("a journal that is lost is found, by every command and again, and no new one takes its place") {
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const TempFolder folder;
        use(folder, row.records);
        row.lose(folder);
        for (int again = 0; again < 2; ++again) {
            const auto ran = audit(Verb::verify, folder);
            CHECK(ran.code == 1);
            CHECK(ran.out.empty());
            CHECK(holds(ran.err, row.words));
            CHECK(holds(ran.err, "Nothing was run"));
            CHECK(holds(ran.err, "audit begin-anew"));
            CHECK(audit(Verb::export_all, folder).code == 1);
            const auto opened = storage::Ledger::open(folder / "ledger.db");
            REQUIRE(opened.has_error());
            CHECK(opened.error().code == Errc::storage);
            CHECK(app::Archive::open_or_make(folder.path()).has_error());
            CHECK(doctor::look_at_journal(folder.path()).level == doctor::CheckResult::Level::broken);
        }
    }
}

TEST_CASE("a new journal is begun in the place of a lost one, once and on record") {
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const TempFolder folder;
        use(folder, row.records);
        row.lose(folder);
        const auto begun = audit(Verb::begin_anew, folder);
        CHECK(begun.code == 0);
        CHECK(holds(begun.out, "people first"));
        const auto records = open_ledger(folder / "ledger.db")->journal();
        REQUIRE(records->size() == 1);
        CHECK(records->front().kind == "journal_begun_anew");
        const std::string was = "ledger.db was ";
        const auto because = records->front().body.at("because").get<std::string>();
        REQUIRE(because.starts_with(was));
        CHECK(because.substr(was.size()) ==
              std::string(row.words).substr(std::string("ledger.db is ").size()));
        use(folder, 2);
        const auto ran = audit(Verb::verify, folder);
        CHECK(ran.code == 0);
        CHECK(holds(ran.out, "is intact: 3 records"));
        CHECK(holds(ran.out, "It was begun anew on "));
        const auto again = audit(Verb::begin_anew, folder);
        CHECK(again.code == 1);
        CHECK(holds(again.err, "nothing to begin anew. Nothing was done."));
        CHECK(open_ledger(folder / "ledger.db")->journal()->size() == 3);
    }
}

TEST_CASE("where no journal is lost, none is begun anew, and no file is made") {
    const TempFolder unused;
    CHECK(audit(Verb::begin_anew, unused).code == 1);
    CHECK(std::filesystem::is_empty(unused.path()));
    const TempFolder used;
    use(used, 0);
    CHECK(audit(Verb::begin_anew, used).code == 1);
    CHECK(audit(Verb::verify, used).out == "The journal is empty.\n");
}

TEST_CASE("a first record that could not be written leaves no sign of a journal") {
    const TempFolder folder;
    open_ledger(folder / "ledger.db").reset();
    REQUIRE(run_sql(folder / "ledger.db",
                    "CREATE TRIGGER no_head BEFORE INSERT ON journal_head BEGIN SELECT RAISE(ABORT, 'full'); "
                    "END") == SQLITE_OK);
    CHECK(open_ledger(folder / "ledger.db")->append(entry("step")).has_error());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "keys" / "journal.key"));
    REQUIRE(run_sql(folder / "ledger.db", "DROP TRIGGER no_head") == SQLITE_OK);
    CHECK(open_ledger(folder / "ledger.db")->append(entry("step")).has_value());
    CHECK(mode_of(folder.path() / "keys" / "journal.key") == 0600);
    CHECK(audit(Verb::verify, folder).code == 0);
}

TEST_CASE("a process that was ended between its first record and the key's lasting name lost nothing") {
    const TempFolder folder;
    use(folder, 1);
    const auto key = folder.path() / "keys" / "journal.key";
    std::filesystem::rename(key, key.string() + ".new");
    CHECK(audit(Verb::verify, folder).code == 0);
    use(folder, 1);
    CHECK(std::filesystem::exists(key));
    CHECK_FALSE(std::filesystem::exists(key.string() + ".new"));
    CHECK(holds(audit(Verb::verify, folder).out, "is intact: 2 records"));
}

}  // namespace tfy::lost_journal_test
