// What one process registers another one knows at its next look, whatever happened to processes and files in
// between.
#include "server/storage/reader.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "server/storage/state_dir.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::reader_test {

using namespace tfy::fakes;
using namespace tfy::leaks;

namespace {

redaction::TokenFingerprints token(const std::string& name, unsigned seed = 1) {
    return redaction::fingerprint(opaque_token(seed, 64), name, a_key());
}

/// The names of what is new, in the order in which it was registered; "! " and the cause if it cannot be
/// read.
std::vector<std::string> news(storage::Reader& reader) {
    const auto tokens = reader.new_tokens();
    if (!tokens) return {"! " + tokens.error().message};
    std::vector<std::string> names;
    for (const auto& each : *tokens) names.push_back(each.name);
    return names;
}

using Names = std::vector<std::string>;

/// A process that begins to write, and is killed before it has committed.
void write_and_be_killed(const std::filesystem::path& file) {
    const auto child = ::fork();
    if (child == 0) {
        sqlite3* database = nullptr;
        sqlite3_open(file.c_str(), &database);
        sqlite3_exec(database, "PRAGMA cache_spill = 1; PRAGMA cache_size = 1; BEGIN IMMEDIATE", nullptr,
                     nullptr, nullptr);
        for (int i = 0; i < 200; ++i)
            sqlite3_exec(database,
                         "INSERT INTO tokens (name, windows) VALUES (hex(randomblob(9)), zeroblob(4000))",
                         nullptr, nullptr, nullptr);
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
}

void remove_database(const std::filesystem::path& file) {
    for (const auto* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
}

}  // namespace

TEST_CASE("a look gives what is new since the one before, by whichever process, and nothing twice") {
    const TempFolder folder;
    const auto one = open_ledger(folder / "ledger.db");
    const auto two = open_ledger(folder / "ledger.db");
    REQUIRE(one->add_fingerprints(token("first")).has_value());
    const auto reader = storage::Reader::open(folder / "ledger.db").value();
    CHECK(news(*reader) == Names{"first"});
    CHECK(news(*reader) == Names{});
    REQUIRE(two->add_fingerprints(token("second", 2)).has_value());
    REQUIRE(one->add_fingerprints(token("third", 3)).has_value());
    const auto tokens = reader->new_tokens().value();
    REQUIRE(tokens.size() == 2);
    CHECK(tokens[0].windows == token("second", 2).windows);
    CHECK(tokens[1].name == "third");
    REQUIRE(one->append(entry("something else")).has_value());
    CHECK(news(*reader) == Names{});
}

TEST_CASE("a token that comes after one was forgotten is new, though it is in its place") {
    const TempFolder folder;
    const auto ledger = open_ledger(folder / "ledger.db");
    const auto reader = storage::Reader::open(folder / "ledger.db").value();
    REQUIRE(ledger->add_fingerprints(token("first")).has_value());
    REQUIRE(ledger->add_fingerprints(token("second", 2)).has_value());
    CHECK(news(*reader) == Names{"first", "second"});
    REQUIRE(ledger->forget_fingerprints("second", entry("token_forgotten")).has_value());
    REQUIRE(ledger->add_fingerprints(token("third", 3)).has_value());
    CHECK(news(*reader) == Names{"third"});
}

TEST_CASE("checkpoints and processes that are killed while they write keep nothing from a look") {
    const TempFolder folder;
    const auto file = folder / "ledger.db";
    const auto ledger = open_ledger(file);
    const auto reader = storage::Reader::open(file).value();
    CHECK(news(*reader) == Names{});
    unsigned seed = 1;
    for (const auto* mode : {"PASSIVE", "FULL", "RESTART", "TRUNCATE"}) {
        CAPTURE(mode);
        const auto checkpoint = std::string("PRAGMA wal_checkpoint(") + mode + ")";
        REQUIRE(ledger->add_fingerprints(token("before", ++seed)).has_value());
        REQUIRE(run_sql(file, checkpoint.c_str()) == SQLITE_OK);
        CHECK(news(*reader) == Names{"before"});
        REQUIRE(run_sql(file, checkpoint.c_str()) == SQLITE_OK);
        REQUIRE(ledger->add_fingerprints(token("behind", ++seed)).has_value());
        CHECK(news(*reader) == Names{"behind"});
        write_and_be_killed(file);
        CHECK(news(*reader) == Names{});
        REQUIRE(ledger->add_fingerprints(token("after the kill", ++seed)).has_value());
        CHECK(news(*reader) == Names{"after the kill"});
    }
}

TEST_CASE("a database that is put in the place of the other is read, whole; one that is gone is an error") {
    const TempFolder folder;
    const auto file = folder / "ledger.db";
    auto first = open_ledger(file);
    REQUIRE(first->add_fingerprints(token("first")).has_value());
    const auto reader = storage::Reader::open(file).value();
    CHECK(news(*reader) == Names{"first"});
    remove_database(file);
    REQUIRE(news(*reader).size() == 1);
    CHECK(news(*reader).front().find("is no longer there") != std::string::npos);
    const auto second = open_ledger(file);
    REQUIRE(second->add_fingerprints(token("second", 2)).has_value());
    CHECK(news(*reader) == Names{"second"});
    REQUIRE(second->add_fingerprints(token("third", 3)).has_value());
    CHECK(news(*reader) == Names{"third"});
}

TEST_CASE("a state directory with another key is no replacement") {
    const TempFolder folder;
    const auto state = storage::StateDir::open(folder.path()).value();
    const auto key = state.fingerprint_key().value();
    const auto ledger = open_ledger(state.ledger());
    const auto reader = storage::Reader::open(state.ledger()).value();
    reader->known_by(key);
    CHECK(news(*reader) == Names{});
    remove_database(state.ledger());
    const auto same_key = open_ledger(state.ledger());
    CHECK(news(*reader) == Names{});
    remove_database(state.ledger());
    std::filesystem::remove(folder / "keys/fingerprint.key");
    REQUIRE(state.fingerprint_key().has_value());
    const auto other = open_ledger(state.ledger());
    CHECK(news(*reader).front().find("by another key: restart this server") != std::string::npos);
}

TEST_CASE("what cannot be read is an error soon, and is read once it can be") {
    const TempFolder folder;
    const auto file = folder / "ledger.db";
    const auto ledger = open_ledger(file);
    REQUIRE(ledger->add_fingerprints(token("first")).has_value());
    const auto reader = storage::Reader::open(file).value();
    REQUIRE(run_sql(file, "ALTER TABLE tokens RENAME TO elsewhere") == SQLITE_OK);
    const auto start = std::chrono::steady_clock::now();
    CHECK(news(*reader).front().starts_with("! The state database"));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{1});
    REQUIRE(run_sql(file, "ALTER TABLE elsewhere RENAME TO tokens") == SQLITE_OK);
    CHECK(news(*reader) == Names{"first"});
}

TEST_CASE("a writer that keeps its lock holds no look up") {
    const TempFolder folder;
    const auto file = folder / "ledger.db";
    const auto ledger = open_ledger(file);
    const auto reader = storage::Reader::open(file).value();
    REQUIRE(ledger->add_fingerprints(token("first")).has_value());
    sqlite3* writer = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &writer) == SQLITE_OK);
    REQUIRE(sqlite3_exec(writer, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(news(*reader) == Names{"first"});
    sqlite3_close(writer);
}

}  // namespace tfy::reader_test
