// Where no system call tells whose a connection is, and where the system does not name the program.
#include <doctest/doctest.h>
#include <unistd.h>

#include "server/system/peer_account.hpp"
#include "server/system/processes.hpp"

namespace tfy::processes_portable_test {

TEST_CASE("nothing is said of an account") {
    const auto found = system::account_of_peer({}, {});
    CHECK_FALSE(found.asked);
    CHECK_FALSE(found.can_be_asked);
    CHECK_FALSE(found.account.has_value());
}

TEST_CASE("this program is the one that the shell named, wherever it is then") {
    system::started_as("sh");
    const auto by_name = system::own_program();
    CHECK(::access(by_name.c_str(), X_OK) == 0);
    CHECK(by_name.is_absolute());
    system::started_as("/bin/../bin/sh");
    CHECK(system::own_program() == by_name);
    CHECK(system::own_image() == by_name.string());
    for (const char* unknown : {"no-such-program-anywhere", "./no-such-file", ""}) {
        system::started_as(unknown);
        CHECK(system::own_program().empty());
    }
    system::started_as(nullptr);
    CHECK(system::own_program().empty());
    CHECK(system::name_of_parent().empty());
}

}  // namespace tfy::processes_portable_test
