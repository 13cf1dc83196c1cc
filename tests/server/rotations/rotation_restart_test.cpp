// Rotations outlive their process, and of several processes exactly one looks after each.
#include <doctest/doctest.h>

#include <array>

#include "tests/fakes/rotation_house.hpp"

namespace tfy::rotation_restart_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using access_tokens::Rotation;
using State = Rotation::State;
using Kept = Rotation::Kept;
using Delete = TokensUpstream::Delete;

namespace {

struct Processes : RotationHouse {
    std::optional<RotationProcess> first{std::in_place, *this, "first"};
    std::optional<RotationProcess> second;

    void kill_first() { first.reset(); }
    RotationProcess& start_second() { return second.emplace(*this, "second"); }
};

}  // namespace

TEST_CASE("a process that dies with the value keeps the old token") {
    Processes these;
    these.first->begin("0s");
    these.kill_first();
    auto& next = these.start_second();
    next.look();
    CHECK(next.now().state == State::kept);
    CHECK(next.now().because == Kept::value_lost);
    these.clock.advance(24h);
    next.look();
    CHECK(these.upstream.looks + these.upstream.deletes == 0);
    CHECK(next.journal() == std::vector<std::string>{"rotation_begun", "reveal_lost", "rotation_kept"});
}

TEST_CASE("a grace goes on over a restart") {
    Processes these;
    these.first->begin("15m");
    REQUIRE(these.first->claim());
    these.kill_first();
    auto& next = these.start_second();
    these.clock.advance(14min);
    next.look();
    CHECK(these.upstream.looks + these.upstream.deletes == 0);
    these.clock.advance(1min);
    next.look();
    CHECK(next.now().state == State::done);
    CHECK(these.upstream.deletes == 1);
}

TEST_CASE("what a living process looks after is nobody else's") {
    Processes these;
    these.first->begin("0s");
    auto& other = these.start_second();
    other.look();
    CHECK(other.now().state == State::waiting);
    REQUIRE(these.first->claim());
    other.look();
    CHECK(other.now().state == State::due);
    CHECK(these.upstream.looks + these.upstream.deletes == 0);
    these.first->look();
    CHECK(other.now().state == State::done);
    CHECK(these.upstream.deletes == 1);
}

TEST_CASE("two processes find the same orphan: one of them deletes it") {
    Processes these;
    these.first->begin("0s");
    REQUIRE(these.first->claim());
    these.kill_first();
    auto& second = these.start_second();
    RotationProcess third(these, "third");
    bool nested = false;
    these.upstream.on_look = [&] {
        if (std::exchange(nested, true)) return;
        third.look();  // while the second one has looked at the token and not yet written
    };
    second.look();
    CHECK(these.upstream.deletes == 1);
    CHECK(second.now().state == State::done);
}

TEST_CASE("a process that dies while it deletes: the next one looks first") {
    struct Row {
        const char* why;
        bool arrived;
        int deletes;
    };
    for (const auto& row : {Row{"it had arrived", true, 1}, Row{"it had not", false, 2}}) {
        CAPTURE(row.why);
        Processes these;
        these.first->begin("0s");
        REQUIRE(these.first->claim());
        these.upstream.deleting = Delete::never_answers;
        these.first->begin_look();
        these.first->until([&] { return these.upstream.deletes == 1; });
        these.kill_first();
        these.upstream.deleting = Delete::works;
        if (row.arrived) these.upstream.tokens.erase("old1");
        auto& next = these.start_second();
        CHECK(next.now().state == State::deleting);
        next.look();
        CHECK(next.now().state == State::done);
        CHECK(these.upstream.deletes == row.deletes);
    }
}

TEST_CASE("tries are counted over restarts") {
    Processes these;
    these.first->begin("0s");
    REQUIRE(these.first->claim());
    these.upstream.deleting = Delete::refused;
    these.first->look();
    these.clock.advance(1h);
    these.first->look();
    these.kill_first();
    auto& next = these.start_second();
    for (int i = 0; i < 4; ++i) {
        these.clock.advance(1h);
        next.look();
    }
    CHECK(these.upstream.deletes == 3);
    CHECK(next.now().because == Kept::refused);
}

TEST_CASE("what is due later gets its timer again in the next process") {
    Processes these;
    these.first->begin("1s");
    REQUIRE(these.first->claim());
    these.kill_first();
    auto& next = these.start_second();
    next.desk.start();
    for (int i = 0; i < 5; ++i) CHECK(next.now().state == State::due);  // it has looked, and waits
    CHECK(these.upstream.looks == 0);
    these.clock.advance(1s);
    next.until([&] { return !these.upstream.tokens.contains("old1"); });
    CHECK(these.upstream.deletes == 1);
}

TEST_CASE("a second process starts to look and finds what the first one left, by itself") {
    Processes these;
    these.first->begin("0s");
    REQUIRE(these.first->claim());
    these.kill_first();
    auto& next = these.start_second();
    next.desk.start();
    next.until([&] { return !these.upstream.tokens.contains("old1"); });
    CHECK(these.upstream.deletes == 1);
}

TEST_CASE("what a process of production left is not touched by one of the sandbox, and waits for its own") {
    Processes these;
    TokensUpstream sandbox;
    sandbox.tokens = {{"pat-1", "make-believe"}};
    these.first->begin("0s");
    REQUIRE(these.first->claim());
    these.kill_first();
    {
        RotationProcess other(these, "other", sandbox, "https://sandbox.invalid");
        for (int i = 0; i < 3; ++i) {
            other.look();
            these.clock.advance(1h);
        }
        CHECK(other.now().state == State::due);
        CHECK_FALSE(other.run(other.desk.under_way("old1")).value().has_value());
        CHECK(other.run(other.desk.list()).value().size() == 1);
        CHECK(sandbox.looks + sandbox.deletes == 0);
        CHECK(other.run(other.desk.until_next()) == 1min);
    }
    auto& next = these.start_second();
    next.look();
    CHECK(next.now().state == State::done);
    CHECK(next.now().because == Kept::not_kept);
    CHECK_FALSE(these.upstream.tokens.contains("old1"));
}

TEST_CASE("a value that died with a process of production is not settled by one of the sandbox") {
    Processes these;
    TokensUpstream sandbox;
    these.first->begin("0s");
    these.kill_first();
    RotationProcess other(these, "other", sandbox, "https://sandbox.invalid");
    other.look();
    CHECK(other.now().state == State::waiting);
    auto& next = these.start_second();
    next.look();
    CHECK(next.now().because == Kept::value_lost);
}

}  // namespace tfy::rotation_restart_test
