// The doctor on a state directory: what it leaves there, and what it says to do.
#include "server/doctor/doctor_state.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "server/app/services.hpp"
#include "server/doctor/doctor_finding.hpp"
#include "server/storage/open_file.hpp"
#include "tests/fakes/few_descriptors.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"
#include "tools/own_command.hpp"

namespace tfy::doctor_state_test {

using Level = doctor::CheckResult::Level;
namespace fs = std::filesystem;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

doctor::CheckResult about_state(const doctor::CheckResults& findings) {
    const auto found = std::ranges::find(findings, "state directory", &doctor::CheckResult::what);
    REQUIRE(found != findings.end());
    return *found;
}

}  // namespace

TEST_CASE("what a killed doctor left goes with the next, and what a running one uses stays") {
    const fakes::TempFolder folder;
    const auto state = folder.path() / "state";
    const auto built_in = config::load_rules("").value();
    app::Services parts;
    REQUIRE(app::open_state_at(parts, state).has_value());
    const auto left = state / ".tfy-pat-mcp-doctor-a1B2c3", used = state / ".tfy-pat-mcp-doctor-d4E5f6";
    for (const auto& each : {left, used}) write(each / "state" / "keys" / "seal.key", "x");
    const storage::OpenFile lock(::open(used.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(::flock(lock.get(), LOCK_EX | LOCK_NB) == 0);
    CHECK(about_state(doctor::look_at_state(state, built_in, false)).level == Level::ok);
    CHECK_FALSE(fs::exists(left));
    CHECK(fs::exists(used / "state" / "keys" / "seal.key"));
    std::size_t left_over = 0;
    for (const auto& each : fs::directory_iterator(state))
        left_over += each.path().filename().string().starts_with(".tfy-pat-mcp-doctor-") ? 1 : 0;
    CHECK(left_over == 1);
}

TEST_CASE("a state directory that a server would refuse because of whose it is, is broken") {
    const fakes::TempFolder folder;
    const auto state = folder.path() / "state";
    const auto rules = config::load_rules("").value();
    app::Services parts;
    REQUIRE(app::open_state_at(parts, state).has_value());
    for (const bool sandbox : {true, false}) {
        write(state / "use", sandbox ? "sandbox\n" : "truefoundry\n");
        CHECK(about_state(doctor::look_at_state(state, rules, sandbox)).level == Level::ok);
        const auto other = about_state(doctor::look_at_state(state, rules, !sandbox));
        CHECK(other.level == Level::broken);
        CHECK(holds(other.why, "This state directory belongs to a "));
        CHECK(holds(other.todo, "Use another --state-dir"));
    }
    write(state / "use", "neither");
    for (const bool sandbox : {true, false}) {
        const auto damaged = about_state(doctor::look_at_state(state, rules, sandbox));
        CHECK(damaged.level == Level::broken);
        CHECK(holds(damaged.why, "is damaged"));
    }
}

TEST_CASE("what to do about a state directory goes by why it cannot be used") {
    const fakes::TempFolder folder;
    const auto state = folder.path() / "state";
    app::Services parts;
    REQUIRE(app::open_state_at(parts, state).has_value());
    const auto rules = config::load_rules("").value();
    doctor::CheckResults found;
    {
        const fakes::FewDescriptors none(0);
        found = doctor::look_at_state(state, rules, false);
    }
    CHECK(about_state(found).level == Level::broken);
    CAPTURE(about_state(found).why);
    CHECK(holds(about_state(found).todo, "ulimit -n"));
    const auto todo = [](const std::string& why) { return doctor::what_to_do(why, "Restore permissions."); };
    for (const int code : {ENOSPC, EDQUOT})
        CHECK(holds(todo("no folder can be made in /x (" + std::generic_category().message(code) + ")"),
                    "Free some space"));
    CHECK(holds(todo("a server cannot work in /x: The state database is full: free some disk space"),
                "Free some space"));
    CHECK(holds(todo("no folder can be made in /x (" + std::generic_category().message(EROFS) + ")"),
                "mount that disk"));
    CHECK(todo("no folder can be made in /x (" + std::generic_category().message(EACCES) + ")") ==
          "Restore permissions.");
}

TEST_CASE("a finding tells why from what to do, as the error says it, and never says both twice") {
    struct Row {
        const char *message, *why, *todo;
    };
    const Row rows[] = {
        {"It is full. Nothing was run. Free some space.", "It is full", "Free some space."},
        {"It is lost. Nothing was run, and none begun. Do one. Or two: x y", "It is lost",
         "Do one. Or two: x y"},
        {"It is odd. Nothing was run.", "It is odd", "Look."},
        {"It is broken: keep it.", "It is broken: keep it.", "Look."},
        {"It is hidden. Look.", "It is hidden.", "Look."},
    };
    for (const auto& row : rows) {
        CAPTURE(row.message);
        const auto found = doctor::finding_of(Level::broken, "it", row.message, "Look.");
        CHECK(found.why == row.why);
        CHECK(found.todo == row.todo);
    }
    CHECK(doctor::reason_of(rows[0].message) == rows[0].why);
}

TEST_CASE(
    "what to do about a key that others may read, and about a damaged database, is what its error says") {
    const fakes::TempFolder folder;
    const auto state = folder.path() / "state";
    const auto rules = config::load_rules("").value();
    {
        app::Services parts;
        REQUIRE(app::open_state_at(parts, state).has_value());
    }
    const auto key = state / "keys" / "fingerprint.key";
    fs::permissions(key, fs::perms::others_read, fs::perm_options::add);
    const auto open = about_state(doctor::look_at_state(state, rules, false));
    CHECK(holds(open.why, "Other users can read the key file"));
    CHECK(open.todo.starts_with("Run chmod 600 on it"));
    CHECK_FALSE(holds(open.why + open.todo, "backup"));
    fs::permissions(key, fs::perms::others_read, fs::perm_options::remove);

    write(state / "ledger.db", std::string(8192, 'x'));
    const auto journal = doctor::look_at_journal(state);
    CHECK(journal.level == Level::broken);
    CHECK(holds(journal.why, (state / "ledger.db").string() + " is damaged"));
    CHECK(journal.todo.starts_with("Put a backup of the whole state directory in its place."));
    CHECK(journal.todo.ends_with(": " + tools::own_command("audit begin-anew")));
    const auto keys = doctor::look_at_caller_keys(state, policy::Time{});
    CHECK(holds(keys.why, "is damaged"));
    CHECK(keys.todo == "See the findings on the state directory and the journal.");
}

TEST_CASE("a database that lacks a table is damaged, and nothing is to be deleted") {
    const fakes::TempFolder folder;
    const auto state = folder.path() / "state";
    {
        app::Services parts;
        REQUIRE(app::open_state_at(parts, state).has_value());
    }
    REQUIRE(fakes::run_sql(state / "ledger.db", "DROP TABLE approvals") == SQLITE_OK);
    const auto lacking = about_state(doctor::look_at_state(state, config::load_rules("").value(), false));
    CHECK(lacking.level == Level::broken);
    CHECK(holds(lacking.why, "The state database " + (state / "ledger.db").string() + " is damaged"));
    CHECK(lacking.todo.starts_with("Put a backup of the whole state directory in its place."));
    const auto journal = doctor::look_at_journal(state);
    CHECK(journal.level == Level::broken);
    CHECK(holds(journal.why, "ledger.db is damaged: it lacks the table approvals"));
}

}  // namespace tfy::doctor_state_test
