#include "server/people/passphrase_desk.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <list>
#include <stdexcept>

#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/people.hpp"

namespace tfy::passphrase_desk_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

const std::string stranger = "198.51.100.7", other = "192.0.2.1";

/// A desk on a state directory, where ann and bob are enrolled.
struct Desk {
    boost::asio::io_context loop;
    ManualClock clock{noon};
    TempFolder state;
    storage::Store store{enrolled()};
    people::PassphraseDesk desk{store, clock, state.path()};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> awake{loop.get_executor()};
    using Answer = std::optional<Result<void>>;
    std::list<Answer> answers;

    static std::unique_ptr<storage::Ledger> enrolled() {
        auto ledger = open_ledger(":memory:");
        enrol(*ledger, {"ann", "bob"});
        return ledger;
    }
    const Answer& start(const std::string& name, const std::string& passphrase, const std::string& network,
                        bool slowed = false) {
        auto& answer = answers.emplace_back();
        boost::asio::co_spawn(
            loop,
            desk.check(name, policy::Secret(std::string(passphrase)), {.network = network, .slowed = slowed}),
            [&answer](std::exception_ptr failure, Result<void> checked) {
                if (failure) std::rethrow_exception(failure);
                answer = std::move(checked);
            });
        return answer;
    }
    void run_until(const Answer& answered) {
        while (!answered)
            if (loop.run_one_for(10s) == 0) throw std::runtime_error("no answer comes");
    }
    Result<void> check(const std::string& name, const std::string& passphrase) {
        const auto& answer = start(name, passphrase, other);
        run_until(answer);
        return *answer;
    }
};

TEST_CASE("a name that no one has takes no place and no turn of those who have one") {
    Desk desk;
    auto turn = storage::GuessingTurn::take(desk.state.path());  // of another process that checks
    REQUIRE(turn.has_value());
    const auto& ann = desk.start("ann", their_passphrase, other);
    std::vector<const Desk::Answer*> strangers;
    for (int i = 0; i < 25; ++i)
        strangers.push_back(&desk.start("made-up-" + std::to_string(i), their_passphrase, stranger));
    for (const auto* each : strangers) {
        desk.run_until(*each);
        CHECK((*each)->error().code == Errc::denied);
    }
    CHECK_FALSE(ann.has_value());
    const auto& bob = desk.start("bob", their_passphrase, stranger);
    turn.reset();
    for (const auto* each : {&ann, &bob}) {
        desk.run_until(*each);
        CHECK((*each)->has_value());
    }
}

TEST_CASE("one network has five places, or one where many were wrong, and the others stay free") {
    Desk desk;
    auto turn = storage::GuessingTurn::take(desk.state.path());
    std::vector<const Desk::Answer*> waiting;
    for (int i = 0; i < 5; ++i) waiting.push_back(&desk.start("ann", their_passphrase, stranger));
    const auto& sixth = desk.start("ann", their_passphrase, stranger);
    desk.run_until(sixth);
    CHECK(sixth->error().code == Errc::rate_limited);
    waiting.push_back(&desk.start("bob", their_passphrase, other));
    waiting.push_back(&desk.start("bob", their_passphrase, "203.0.113.9", true));
    const auto& second = desk.start("bob", their_passphrase, "203.0.113.9", true);
    desk.run_until(second);
    CHECK(second->error().code == Errc::rate_limited);
    for (const auto* each : waiting) CHECK_FALSE(each->has_value());
    turn.reset();
    for (const auto* each : waiting) {
        desk.run_until(*each);
        CHECK((*each)->has_value());
    }
    const auto& again = desk.start("ann", their_passphrase, stranger);  // the places are given back
    desk.run_until(again);
    CHECK(again->has_value());
}

TEST_CASE("the words do not tell whether someone has a name") {
    Desk desk;
    const auto words = [&](const std::string& name) {
        const auto checked = desk.check(name, "wrong horse battery");
        REQUIRE_FALSE(checked.has_value());
        auto said = std::string(protocol::name(checked.error().code)) + ": " + checked.error().message;
        if (const auto at = said.find(name); at != std::string::npos) said.replace(at, name.size(), "NAME");
        return said;
    };
    const std::string wrong = "denied: Wrong name or passphrase. Nothing was changed.";
    for (int i = 0; i < 5; ++i)
        for (const auto* name : {"ann", "eve"}) CHECK(words(name) == wrong);
    for (const auto* wait : {"30 seconds", "1 minute"}) {
        const auto slowed = words("ann");
        CHECK(slowed.find("Too many wrong passphrases for NAME.") != std::string::npos);
        CHECK(slowed.find(wait) != std::string::npos);
        CHECK(words("eve") == slowed);
        desk.clock.advance(30s);
        if (wait == std::string("30 seconds"))
            for (const auto* name : {"ann", "eve"}) CHECK(words(name) == wrong);
    }
    CHECK(desk.check("bob", their_passphrase).has_value());
    for (int i = 0; i < 7; ++i) CHECK(words("no name at all") == wrong);
}

}  // namespace tfy::passphrase_desk_test
