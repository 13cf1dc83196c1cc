// `audit verify` finds what was done to the journal; `audit export` gives it away line by line.
#include "server/cli/audit.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "policy/visible.hpp"
#include "protocol/parse.hpp"
#include "server/app/archive.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::audit_cli_test {

using namespace tfy::fakes;

namespace {

Ran audit(cli::AuditOptions::Verb verb, const std::filesystem::path& folder, bool json = false) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = cli::run_audit({verb, folder, json}, out, err);
    return {code, out.str(), err.str()};
}

Ran verify(const TempFolder& folder) { return audit(cli::AuditOptions::Verb::verify, folder.path()); }

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
        CHECK(holds(ran.out,
                    "is intact: " + std::to_string(records) + (records == 1 ? " record," : " records,")));
        const auto hash = open_ledger(folder / "ledger.db")->journal(records)->back().hash;
        CHECK(holds(ran.out, hash));
        const auto told = Json::parse(audit(cli::AuditOptions::Verb::verify, folder.path(), true).out);
        CHECK(told.at("intact") == true);
        CHECK(told.at("records") == records);
        CHECK(told.at("last").at("hash") == hash);
        CHECK(told.at("end_protected_since").is_number());
    }
}

TEST_CASE("an exported record holds no character that a terminal would act on, and is the same JSON") {
    const TempFolder folder;
    const Json body = {{"reason", "safe\u202Egnp.exe\u200B \x1b[2J\x7f \u009b \U000e0041 \u2028 Grüße 会"},
                       {"\u2066key", "x"}};
    REQUIRE(open_ledger(folder / "ledger.db")->append(entry("step", "apr_1", body)).has_value());
    const auto ran = audit(cli::AuditOptions::Verb::export_all, folder.path());
    CHECK(ran.code == 0);
    CHECK(policy::visible_line(fakes::as_sealed(ran.out.substr(0, ran.out.size() - 1))) + "\n" == ran.out);
    CHECK(holds(ran.out, "Grüße 会"));
    CHECK(holds(ran.out, "\\u202e"));
    CHECK(protocol::parse(ran.out.substr(0, ran.out.size() - 1))->at("body") == body);
    CHECK(verify(folder).code == 0);
}

TEST_CASE("an empty journal holds; no state directory is an error, and none is made") {
    const TempFolder folder;
    open_ledger(folder / "ledger.db").reset();
    CHECK(verify(folder).out == "The journal is empty.\n");
    const auto missing = audit(cli::AuditOptions::Verb::verify, folder / "missing");
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

namespace {

/// A copy of `whole` in which someone without the key did something.
Ran verify_after(const TempFolder& whole, const std::string& sql) {
    const TempFolder folder;
    std::filesystem::copy(whole.path(), folder.path(), std::filesystem::copy_options::recursive);
    REQUIRE(run_sql(folder / "ledger.db", sql.c_str()) == SQLITE_OK);
    return verify(folder);
}

/// The statements that write every record anew, each hash right, with one body changed.
std::string rewritten_chain(const TempFolder& folder) {
    std::string sql;
    std::optional<journal::JournalRecord> last;
    for (const auto& old : *open_ledger(folder / "ledger.db")->journal()) {
        const Json body = old.sequence == 5 ? Json{{"n", "another"}} : old.body;
        last = journal::follow(last ? &*last : nullptr, old.at, old.kind, old.approval_id, body);
        sql += "UPDATE journal SET body = '" + body.dump() + "', previous = '" + last->previous +
               "', hash = '" + last->hash + "' WHERE sequence = " + std::to_string(last->sequence) + ";";
    }
    return sql;
}

}  // namespace

TEST_CASE("records that are cut off at the end, a chain that is written anew, and another head are found") {
    const TempFolder whole;
    fill(whole, 10);
    REQUIRE(run_sql(whole / "ledger.db", unlock) == SQLITE_OK);
    REQUIRE(verify(whole).code == 0);
    const auto rewritten = rewritten_chain(whole);
    const std::string third = open_ledger(whole / "ledger.db")->journal(3, 1)->back().hash;
    const std::string cut = "DELETE FROM journal WHERE sequence > 7;";
    struct Row {
        const char* name;
        std::string sql;
        const char* words;
    };
    const Row rows[] = {
        {"the end cut off", cut, "3 records missing at the end"},
        {"all of it cut off", "DELETE FROM journal", "10 records missing at the end"},
        {"the whole chain anew", rewritten, "rewritten without the key"},
        {"anew, and shorter", rewritten + cut, "3 records missing at the end"},
        {"the head moved back", cut + "UPDATE journal_head SET sequence = 7", "the head or the key"},
        {"the head of another record",
         "UPDATE journal_head SET sequence = 3, hash = '" + third +
             "'; DELETE FROM journal WHERE sequence > 3",
         "the head or the key"},
        {"the head taken away", cut + "DELETE FROM journal_head", "it has no head"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto ran = verify_after(whole, row.sql);
        CHECK(ran.code == 1);
        CHECK(ran.out.empty());
        INFO(ran.err);
        CHECK(holds(ran.err, row.words));
    }
}

TEST_CASE("a head whose key is another's, or gone, is no head") {
    const TempFolder folder;
    enrol(*open_ledger(folder / "ledger.db"), {"ada"});
    fill(folder, 2);
    const TempFolder other;
    fill(other, 3);
    const auto key = folder.path() / "keys" / "journal.key";
    CHECK(mode_of(key) == 0600);
    std::filesystem::copy_file(other.path() / "keys" / "journal.key", key,
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(holds(verify(folder).err, "the head or the key was exchanged"));
    std::filesystem::remove(key);
    CHECK(holds(verify(folder).err, "journal.key, is gone. The 3 records in it are intact. Keep the state"));
    CHECK_FALSE(holds(verify(folder).err, "audit verify"));
    CHECK(verify(folder).code == 1);
    const auto refused = open_ledger(folder / "ledger.db")->append(entry("step"));
    REQUIRE_FALSE(refused.has_value());
    CHECK(holds(refused.error().message, "journal.key, is gone. Nothing was run. Restore the whole"));
    CHECK_FALSE(holds(refused.error().message, "audit verify"));  // it says no more than this
    CHECK_FALSE(std::filesystem::exists(key));
}

TEST_CASE("an intact journal in a database that lacks a table or an index is told as damaged") {
    for (const std::string gone : {"table reveals", "index journal_of_people"}) {
        CAPTURE(gone);
        const TempFolder folder;
        fill(folder, 2);
        REQUIRE(run_sql(folder / "ledger.db", ("DROP " + gone).c_str()) == SQLITE_OK);
        const auto ran = verify(folder);
        CHECK(ran.code == 1);
        CHECK(holds(ran.err, (folder / "ledger.db").string() + " is damaged: it lacks the " + gone + ". "));
        CHECK(holds(ran.err, "Put a backup of the whole state directory in its place."));
    }
}

TEST_CASE("a journal that was cut takes no record any more, whichever step would write it") {
    const TempFolder folder;
    fill(folder, 5);
    REQUIRE(run_sql(folder / "ledger.db", unlock) == SQLITE_OK);
    REQUIRE(run_sql(folder / "ledger.db", "DELETE FROM journal WHERE sequence > 3") == SQLITE_OK);
    auto ledger = open_ledger(folder / "ledger.db");
    const auto refused = ledger->append(entry("step"));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::storage);
    CHECK(holds(refused.error().message, "2 records missing at the end"));
    CHECK(ledger->open_request(approval("apr_1"), {}, entry("requested", "apr_1")).has_error());
    CHECK_FALSE(ledger->find("apr_1")->has_value());
    CHECK(ledger->journal()->size() == 3);
}

TEST_CASE("a journal whose head was taken away, or of which nothing is left, takes no record any more") {
    const TempFolder folder;
    fill(folder, 3);
    {
        auto ledger = open_ledger(folder / "ledger.db");
        for (const auto* id : {"apr_1", "apr_2"})
            REQUIRE(ledger->open_request(approval(id, id), {}, entry("requested", id)).has_value());
    }
    REQUIRE(run_sql(folder / "ledger.db", unlock) == SQLITE_OK);
    REQUIRE(run_sql(folder / "ledger.db", "DELETE FROM journal_head") == SQLITE_OK);
    auto refused = open_ledger(folder / "ledger.db")->append(entry("step"));
    REQUIRE(refused.has_error());
    CHECK(holds(refused.error().message, "it has no head, though the key for one is there"));

    REQUIRE(run_sql(folder / "ledger.db", "DELETE FROM journal") == SQLITE_OK);
    std::filesystem::remove(folder.path() / "keys" / "journal.key");
    refused = open_ledger(folder / "ledger.db")->append(entry("step"));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::storage);
    CHECK(holds(refused.error().message, "it is empty, and there were requests"));
    CHECK(open_ledger(folder / "ledger.db")->journal()->empty());
}

TEST_CASE("a journal from before there were heads is said to have none, and gets one with its next record") {
    const TempFolder folder;
    fill(folder, 4);
    const auto as_before =
        "DROP TABLE journal_head; DROP TABLE webhooks; DROP TABLE deliveries; DROP TABLE sign_in_codes; DROP "
        "TABLE rotations; DROP TABLE rotation_reservations; DROP TABLE begun_with; DROP TABLE caller_keys; "
        "DROP TABLE freezes; DROP TABLE people; DROP TABLE credentials; DROP TABLE guesses; DROP TABLE "
        "page_sessions; DROP TABLE passkey_challenges; DROP TABLE passkey_counts; DROP TABLE "
        "provider_sign_ins; DROP TABLE told_once; DROP TABLE oauth_clients; DROP TABLE oauth_grants; "
        "DROP TABLE oauth_codes; DROP TABLE oauth_tokens; DROP TABLE own_keys; DROP INDEX "
        "journal_of_people; "
        "DROP TABLE standing_permissions; ALTER TABLE approvals DROP COLUMN revision; PRAGMA user_version = "
        "1";
    REQUIRE(run_sql(folder / "ledger.db", as_before) == SQLITE_OK);
    std::filesystem::remove(folder.path() / "keys" / "journal.key");
    const auto before = verify(folder);
    CHECK(before.code == 0);
    CHECK(holds(before.out, "not protected yet"));
    fill(folder, 1);
    const auto after = verify(folder);
    CHECK(after.code == 0);
    CHECK(holds(after.out, "protected since record 5"));
}

TEST_CASE("the export is one JSON object a line, oldest first, and its chain can be checked by others") {
    const TempFolder folder;
    fill(folder, 1200);
    const auto ran = audit(cli::AuditOptions::Verb::export_all, folder.path());
    CHECK(ran.code == 0);
    std::vector<journal::JournalRecord> records;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);)
        records.push_back(journal::JournalRecord::read(protocol::parse(line).value()).value());
    CHECK(records.size() == 1200);
    CHECK_FALSE(journal::broken(records).has_value());
}

TEST_CASE("an export that nobody takes fails instead of running on") {
    const TempFolder folder;
    fill(folder, 3);
    std::ostringstream out;
    std::ostringstream err;
    out.setstate(std::ios::badbit);
    CHECK(cli::run_audit({cli::AuditOptions::Verb::export_all, folder.path()}, out, err) == 1);
    CHECK(err.str().empty());  // StandardOutput says it, once for all commands
}

}  // namespace tfy::audit_cli_test
