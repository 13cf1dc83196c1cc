// What servers ask of a decision in a terminal holds whatever rules the command is given.
#include "server/people/terminal_requirements.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/fakes/state.hpp"

namespace tfy::terminal_requirements_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

constexpr people::TerminalRequirements lax{false, false, 2h};
constexpr people::TerminalRequirements strict{true, true, 5min};

}  // namespace

TEST_CASE("where no server was, the command's own rules count") {
    const TempFolder folder;
    CHECK(people::terminal_requirements(folder.path(), lax) == lax);
    CHECK(people::terminal_requirements(folder.path(), strict) == strict);
}

TEST_CASE("a server's demands hold for every command, and its window is theirs") {
    const TempFolder folder;
    REQUIRE(people::keep_terminal_requirements(folder.path(), strict).has_value());
    CHECK(people::terminal_requirements(folder.path(), lax) == strict);
    CHECK(mode_of(folder / "terminal") == 0600);

    const TempFolder other;
    REQUIRE(people::keep_terminal_requirements(other.path(), lax).has_value());
    CHECK(people::terminal_requirements(other.path(), strict) ==
          people::TerminalRequirements{true, true, 2h});
}

TEST_CASE("a laxer server that starts later takes no demand away; the window is the last one's") {
    const TempFolder folder;
    REQUIRE(people::keep_terminal_requirements(folder.path(), strict).has_value());
    REQUIRE(people::keep_terminal_requirements(folder.path(), lax).has_value());
    CHECK(people::terminal_requirements(folder.path(), lax) == people::TerminalRequirements{true, true, 2h});
}

TEST_CASE("a file that no server has written asks for everything") {
    for (const auto* text : {"", "- -", "- -\n", "tty - 15m", "- - 90x\n", "- - 0s\n", "- - -5s\n",
                             "no - 15m\n", "- - 900s\nmore\n"}) {
        CAPTURE(text);
        const TempFolder folder;
        std::ofstream(folder / "terminal") << text;
        const auto asked = people::terminal_requirements(folder.path(), lax);
        CHECK(asked.tty);
        CHECK(asked.passphrase);
    }
}

}  // namespace tfy::terminal_requirements_test
