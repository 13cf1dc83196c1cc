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
#include "server/storage/open_file.hpp"
#include "tests/fakes/few_descriptors.hpp"
#include "tests/fakes/state.hpp"

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

}  // namespace tfy::doctor_state_test
