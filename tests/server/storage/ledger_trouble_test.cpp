// A full disk, a damaged file, a folder that cannot be written: one clear sentence each, and nothing changed.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "tests/fakes/few_descriptors.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"
#include "tools/own_command.hpp"

namespace tfy::ledger_trouble_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using State = policy::Approval::State;

namespace {

const storage::RequestLimits roomy{100'000, 100'000};

bool says(const Error& error, std::string_view words) {
    return error.message.find(words) != std::string::npos;
}

/// In a process of its own, which is not root where the tests are: root may write everywhere.
bool as_ordinary_user(const std::filesystem::path& folder, const std::function<bool()>& check) {
    const auto child = ::fork();
    if (child == 0) {
        const bool ready = ::geteuid() != 0 || (::chown(folder.c_str(), 65534, 65534) == 0 &&
                                                ::setgid(65534) == 0 && ::setuid(65534) == 0);
        ::_exit(ready && check() ? 0 : 1);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a database that cannot be opened for want of descriptors is not taken for another user's") {
    const TempFolder folder;
    for (const std::size_t free : {0U, 1U, 2U}) {
        CAPTURE(free);
        const auto failed = [&]() -> Error {
            const FewDescriptors few(free);
            const auto opened = storage::Ledger::open(folder / "ledger.db", {});
            return opened ? Error{} : opened.error();
        }();
        CHECK(failed.code == Errc::storage);
        CAPTURE(failed.message);
        CHECK(says(failed, "too many files are open. Nothing was run. Allow this program more open files"));
        CHECK_FALSE(says(failed, "owns"));
    }
    CHECK(storage::Ledger::open(folder / "ledger.db", {}).has_value());
}

TEST_CASE("on a full disk a request fails whole: no row, no record, and room makes it work again") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db", {.pages = 74});
    int made = 0;
    Result<storage::Ledger::Opened> last = Error{};
    for (; made < 1000; ++made) {
        const auto id = "apr_" + std::to_string(made);
        last = ledger->open_request(approval(id, id), roomy, entry("requested", id));
        if (!last) break;
    }
    REQUIRE_FALSE(last.has_value());
    CHECK(last.error().code == Errc::storage);
    CHECK(says(last.error(), "is full. Nothing was run. Free some disk space."));
    CHECK(ledger->list(false, 5000)->size() == static_cast<std::size_t>(made));
    const auto records = ledger->journal().value();
    CHECK(records.size() == static_cast<std::size_t>(made));
    CHECK_FALSE(journal::broken(records).has_value());

    auto roomier = open_ledger(folder / "ledger.db");
    const auto id = "apr_" + std::to_string(made);
    CHECK(roomier->open_request(approval(id, id), roomy, entry("requested", id)).has_value());
}

TEST_CASE("to try whether it can be written writes indeed, and changes nothing") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    auto other = open_ledger(folder / "ledger.db");
    const auto before = other->data_version().value();
    CHECK(ledger->try_writing().has_value());
    CHECK(other->data_version().value() != before);
    CHECK(other->journal()->empty());
    REQUIRE(run_sql(folder / "ledger.db", "PRAGMA user_version = 99") == SQLITE_OK);
    CHECK(ledger->try_writing().has_value());
    CHECK_FALSE(
        storage::Ledger::open(folder / "ledger.db").has_value());  // still the newer version that it was
}

TEST_CASE("a decision whose journal record does not fit is not made") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db", {.pages = 74});
    REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
    REQUIRE(ledger->add_reveal({.id = "rev_1", .token_name = "ci"}).has_value());
    const auto huge = entry("huge", "", {{"text", std::string(400'000, 'x')}});
    CHECK(ledger->change(State::pending, in_state(approval("apr_1"), State::approved), huge).error().code ==
          Errc::storage);
    CHECK(ledger->find("apr_1").value()->state() == State::pending);
    CHECK(ledger->end_reveal("rev_1", storage::RevealRow::State::claimed, huge).error().code ==
          Errc::storage);
    CHECK(ledger->find_reveal("rev_1").value()->state == storage::RevealRow::State::held);
    CHECK(ledger->append(entry("small")).has_value());
}

TEST_CASE("a decision whose journal record is no JSON is not made") {
    auto ledger = open_ledger(":memory:");
    REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
    const journal::JournalEntry broken{"approved", "apr_1", redaction::RedactedForTests::make("not json"),
                                       noon};
    CHECK(ledger->change(State::pending, in_state(approval("apr_1"), State::approved), broken).error().code ==
          Errc::storage);
    CHECK(ledger->find("apr_1").value()->state() == State::pending);
    CHECK(ledger->open_request(approval("apr_2", "other"), roomy, broken).error().code == Errc::storage);
    CHECK_FALSE(ledger->find("apr_2").value().has_value());
    CHECK(ledger->journal()->size() == 1);
}

TEST_CASE("a file that is no database, and one that is damaged inside, are told as such and left alone") {
    const TempFolder folder;
    std::ofstream(folder / "text.db") << std::string(8192, 'x');
    const auto text = storage::Ledger::open(folder / "text.db");
    REQUIRE_FALSE(text.has_value());
    CHECK(text.error().code == Errc::storage);
    CHECK(says(text.error(), "The state database " + (folder / "text.db").string() + " is damaged. "));
    CHECK(says(text.error(), "Put a backup of the whole state directory in its place."));
    CHECK(text.error().message.ends_with("run: " + tools::own_command("audit begin-anew")));
    CHECK(std::filesystem::file_size(folder / "text.db") == 8192);

    {
        REQUIRE(open_ledger(folder / "ledger.db")
                    ->open_request(approval("apr_1"), roomy, entry("requested"))
                    .has_value());
    }
    {
        std::fstream file(folder / "ledger.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        const auto pages = std::filesystem::file_size(folder / "ledger.db") / 4096;
        for (std::uintmax_t page = 1; page < pages; ++page) file << std::string(4096, '\x7f');
    }
    auto torn = storage::Ledger::open(folder / "ledger.db");
    const auto found = torn ? (*torn)->find("apr_1") : Result<std::optional<policy::Approval>>(torn.error());
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == Errc::storage);
}

TEST_CASE("a row that somebody made unreadable is an error, not a crash and not a missing row") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    REQUIRE(ledger->open_request(approval("apr_1"), roomy, entry("requested")).has_value());
    REQUIRE(ledger->add_fingerprints({"ci", {{}}}).has_value());
    for (const auto* record : {"not json", "{}", "[]", "{\"id\": 7}"}) {
        CAPTURE(record);
        const auto sql = "UPDATE approvals SET record = '" + std::string(record) + "'";
        REQUIRE(run_sql(folder / "ledger.db", sql.c_str()) == SQLITE_OK);
        CHECK(ledger->find("apr_1").error().code == Errc::storage);
        CHECK(ledger->all_open(noon).error().code == Errc::storage);
        CHECK(ledger->waiting(noon, "", 10).error().code == Errc::storage);
        CHECK(ledger->open_request(approval("apr_2"), roomy, entry("requested")).error().code ==
              Errc::storage);
    }
    REQUIRE(run_sql(folder / "ledger.db", "UPDATE tokens SET windows = x'00'") == SQLITE_OK);
    CHECK(ledger->fingerprints().error().code == Errc::storage);
}

TEST_CASE("a database of a newer version is not touched") {
    const TempFolder folder;
    open_ledger(folder / "ledger.db").reset();
    REQUIRE(run_sql(folder / "ledger.db", "PRAGMA user_version = 99") == SQLITE_OK);
    const auto opened = storage::Ledger::open(folder / "ledger.db");
    REQUIRE_FALSE(opened.has_value());
    CHECK(says(opened.error(), "newer version"));
}

TEST_CASE("a database that stays locked is told after the wait, and works when the lock is gone") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db", {.lock_wait = 20ms});
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open((folder / "ledger.db").c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    const auto blocked = ledger->append(entry("step"));
    REQUIRE_FALSE(blocked.has_value());
    CHECK(says(blocked.error(), "locked"));
    sqlite3_close(other);
    CHECK(ledger->append(entry("step")).has_value());
}

TEST_CASE("a folder that cannot be written is told, with or without a database in it") {
    const TempFolder folder;
    CHECK(as_ordinary_user(folder.path(), [&] {
        const auto bare = folder / "bare";
        const auto used = folder / "used";
        if (::mkdir(bare.c_str(), 0500) != 0 || !storage::Ledger::open(used / "ledger.db")) return false;
        ::chmod(used.c_str(), 0500);
        const auto told = [](const Result<std::unique_ptr<storage::Ledger>>& opened) {
            return !opened && opened.error().code == Errc::storage &&
                   says(opened.error(), "Nothing was run.");
        };
        const bool both = told(storage::Ledger::open(bare / "ledger.db")) &&
                          told(storage::Ledger::open(used / "ledger.db"));
        ::chmod(used.c_str(), 0700);
        return both;
    }));
}

TEST_CASE("nobody else can look into the folder or the files") {
    const TempFolder folder;
    const auto before = ::umask(0);
    auto ledger = open_ledger(folder / "new/ledger.db");
    ::umask(before);
    REQUIRE(ledger->append(entry("step")).has_value());
    CHECK(mode_of(folder / "new") == 0700);
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder / "new"))
        CHECK(mode_of(file.path()) == (file.is_directory() ? 0700U : 0600U));
    CHECK(std::filesystem::exists(folder / "new/ledger.db-wal"));
}

TEST_CASE("a folder that others may look into is refused where it has files in it") {
    const TempFolder folder;
    std::filesystem::create_directory(folder / "open");
    ::chmod((folder / "open").c_str(), 0755);
    std::ofstream(folder / "open/something") << "x";
    const auto refused = storage::Ledger::open(folder / "open/ledger.db");
    REQUIRE_FALSE(refused.has_value());
    CHECK(says(refused.error(), "chmod 700"));
    CHECK(mode_of(folder / "open") == 0755);
    std::filesystem::remove(folder / "open/something");
    CHECK(storage::Ledger::open(folder / "open/ledger.db").has_value());
    CHECK(mode_of(folder / "open") == 0700);
}

}  // namespace tfy::ledger_trouble_test
