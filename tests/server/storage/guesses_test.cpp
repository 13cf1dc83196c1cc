// Wrong passphrases in a row, as the ledger counts them.
#include <doctest/doctest.h>

#include "tests/fakes/people.hpp"

namespace tfy::guesses_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

TEST_CASE("five wrong passphrases make a name wait, longer each time, and no other name") {
    const auto kept = open_ledger(":memory:");
    auto& ledger = *kept;
    enrol(ledger, {"ada", "bob"});
    auto now = noon;
    const auto guess = [&](const char* person) { return ledger.begin_guess(person, now); };
    for (int i = 0; i < 5; ++i) CHECK(guess("ada").has_value());
    for (const auto wait : {30s, 60s, 120s, 240s, 480s, 900s, 900s}) {
        now += wait - 1ms;
        CHECK(guess("ada").error().code == Errc::rate_limited);
        now += 1ms;
        CHECK(guess("ada")->has_value());
    }
    CHECK(guess("ada").error().code == Errc::rate_limited);
    CHECK(guess("bob")->has_value());
    now += 900s;
    REQUIRE(guess("ada").has_value());
    REQUIRE(ledger.guessed_right("ada").has_value());
    for (int i = 0; i < 5; ++i) CHECK(guess("ada").has_value());
    CHECK_FALSE(guess("eve").value().has_value());
}

TEST_CASE("what was not compared is taken back: no one waits for it") {
    const auto kept = open_ledger(":memory:");
    auto& ledger = *kept;
    enrol(ledger, {"ada"});
    for (int i = 0; i < 9; ++i) {
        CHECK(ledger.begin_guess("ada", noon).has_value());
        CHECK(ledger.take_guess_back("ada").has_value());
    }
    for (int i = 0; i < 5; ++i) CHECK(ledger.begin_guess("ada", noon).has_value());
    CHECK(ledger.begin_guess("ada", noon).error().code == Errc::rate_limited);
}

}  // namespace tfy::guesses_test
