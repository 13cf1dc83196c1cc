// `audit verify` finds what was done to the journal; `audit export` gives it away line by line.
#include "server/cli/audit.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "protocol/parse.hpp"
#include "server/cli/archive.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"

using namespace tfy;
using namespace tfy::server;
using namespace tfy::fakes;

namespace {

struct Ran {
    int code;
    std::string out;
    std::string err;
};

Ran audit(AuditOptions::Verb verb, const std::filesystem::path& folder) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_audit({verb, folder}, out, err);
    return {code, out.str(), err.str()};
}

Ran verify(const TempFolder& folder) { return audit(AuditOptions::Verb::verify, folder.path()); }

bool holds(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

void fill(const TempFolder& folder, int records) {
    auto ledger = open_ledger(folder / "ledger.db");
    for (int i = 0; i < records; ++i) REQUIRE(ledger->append(entry("step", "apr_1", {{"n", i}})).has_value());
}

constexpr const char* unlock = "DROP TRIGGER journal_keeps_its_lines; DROP TRIGGER journal_keeps_its_words;";

}  // namespace

TEST_CASE("a whole journal is said to hold, however long it is, with its last hash") {
    for (const int records : {1, 1000, 1001, 2500}) {
        CAPTURE(records);
        const TempFolder folder;
        fill(folder, records);
        const auto ran = verify(folder);
        CHECK(ran.code == 0);
        CHECK(holds(ran.out, "holds: " + std::to_string(records) + " records"));
        CHECK(holds(ran.out, open_ledger(folder / "ledger.db")->journal(records)->back().hash));
    }
}

TEST_CASE("an empty journal holds; no state directory is an error, and none is made") {
    const TempFolder folder;
    open_ledger(folder / "ledger.db").reset();
    CHECK(verify(folder).out == "The journal is empty.\n");
    const auto missing = audit(AuditOptions::Verb::verify, folder / "missing");
    CHECK(missing.code == 1);
    CHECK(holds(missing.err, "--state-dir"));
    CHECK_FALSE(std::filesystem::exists(folder / "missing"));
}

TEST_CASE("whatever was done to the journal is found, and said where") {
    struct Row {
        const char* name;
        const char* sql;
        const char* words;
    };
    const Row rows[] = {
        {"a body changed", "UPDATE journal SET body = '{\"n\":99}' WHERE sequence = 1500", "record 1500"},
        {"a time changed", "UPDATE journal SET at = at + 1 WHERE sequence = 1500", "record 1500"},
        {"a kind changed", "UPDATE journal SET kind = 'other' WHERE sequence = 1500", "record 1500"},
        {"an id changed", "UPDATE journal SET approval_id = '' WHERE sequence = 1500", "record 1500"},
        {"a hash changed", "UPDATE journal SET hash = previous WHERE sequence = 1500", "record 1500"},
        {"a record dropped", "DELETE FROM journal WHERE sequence = 1500", "record 1501"},
        {"the first one dropped", "DELETE FROM journal WHERE sequence = 1", "record 2"},
        {"the last of a page dropped", "DELETE FROM journal WHERE sequence = 1000", "record 1001"},
        {"a body that is no JSON", "UPDATE journal SET body = '{' WHERE sequence = 1500", "1500"},
    };
    const TempFolder whole;
    fill(whole, 2000);
    REQUIRE(run_sql(whole / "ledger.db", unlock) == SQLITE_OK);
    REQUIRE(verify(whole).code == 0);
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const TempFolder folder;
        std::filesystem::copy(whole.path(), folder.path(), std::filesystem::copy_options::recursive);
        REQUIRE(run_sql(folder / "ledger.db", row.sql) == SQLITE_OK);
        const auto ran = verify(folder);
        CHECK(ran.code == 1);
        CHECK(ran.out.empty());
        CHECK(holds(ran.err, row.words));
    }
}

TEST_CASE("the export is one JSON object a line, oldest first, and its chain can be checked by others") {
    const TempFolder folder;
    fill(folder, 1200);
    const auto ran = audit(AuditOptions::Verb::export_all, folder.path());
    CHECK(ran.code == 0);
    std::vector<policy::JournalRecord> records;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);)
        records.push_back(policy::JournalRecord::read(protocol::parse(line).value()).value());
    CHECK(records.size() == 1200);
    CHECK_FALSE(policy::broken(records).has_value());
}

TEST_CASE("an export that nobody takes fails instead of running on") {
    const TempFolder folder;
    fill(folder, 3);
    std::ostringstream out;
    std::ostringstream err;
    out.setstate(std::ios::badbit);
    CHECK(run_audit({AuditOptions::Verb::export_all, folder.path()}, out, err) == 1);
    CHECK(holds(err.str(), "not written to its end"));
}
