// `approvals keep` and what `approvals list` says of rotations, next to the server that has them.
#include <doctest/doctest.h>

#include <sstream>

#include "server/cli/approvals.hpp"
#include "tests/fakes/rotation_house.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::approvals_keep_test {

using namespace tfy::fakes;
using Verb = cli::ApprovalsOptions::Verb;
using State = access_tokens::Rotation::State;

namespace {

struct Terminal : RotationHouse {
    RotationProcess server{*this, "server"};

    Terminal() { enrol(*open_ledger(state.ledger()), {"grace"}); }
    Ran run(Verb verb, std::string id = {}, bool json = false, bool terminal = true) {
        cli::ApprovalsOptions options{.verb = verb,
                                      .state_dir = state.root(),
                                      .id = std::move(id),
                                      .as = "grace",
                                      .json = json,
                                      .stdin_is_terminal = terminal,
                                      .now = [this] { return clock.now(); }};
        return run_enrolled(options);
    }
};

}  // namespace

TEST_CASE("a person keeps the old token, and the server that had it due leaves it alone") {
    Terminal terminal;
    const auto begun = terminal.server.begin("0s");
    REQUIRE(terminal.server.claim());
    const auto ran = terminal.run(Verb::keep, begun.id);
    CHECK(ran.code == 0);
    CHECK(holds(ran.out, "\"ci-bot\" was not deleted and still works: a person decided to keep it"));
    terminal.server.look();
    CHECK(terminal.upstream.looks + terminal.upstream.deletes == 0);
    CHECK(terminal.server.now().state == State::kept);
    const auto again = terminal.run(Verb::keep, begun.id);
    CHECK(again.code == 0);
    CHECK(holds(again.out, "It is kept already."));
}

TEST_CASE("a program that types for a person keeps nothing, and an id is wanted") {
    Terminal terminal;
    const auto begun = terminal.server.begin();
    const auto ran = terminal.run(Verb::keep, begun.id, false, false);
    CHECK(ran.code == 1);
    CHECK(holds(ran.err, "standard input is not a terminal"));
    CHECK(terminal.server.now().state == State::waiting);
    CHECK(terminal.run(Verb::keep).code == 2);
    const auto unknown = terminal.run(Verb::keep, "rot_none");
    CHECK(unknown.code == 1);
    CHECK(holds(unknown.err, "No rotation has this id"));
}

TEST_CASE("the list tells of rotations while their old token still may go") {
    Terminal terminal;
    const auto begun = terminal.server.begin();
    const auto waiting = terminal.run(Verb::list);
    CHECK(holds(waiting.out, begun.id + "  waiting"));
    CHECK(holds(waiting.out, "tfy-pat-mcp approvals keep " + begun.id));
    REQUIRE(terminal.server.claim());
    CHECK(holds(terminal.run(Verb::list).out, begun.id + "  grace period, 15 minutes left"));
    const auto due = Json::parse(terminal.run(Verb::list, {}, true).out).at("rotations");
    REQUIRE(due.size() == 1);
    CHECK(due[0].at("state") == "due");
    CHECK(due[0].at("due") == "2026-11-23T12:15:00.000Z");
    CHECK(due[0].at("old").at("name") == "ci-bot");
    REQUIRE(terminal.run(Verb::keep, begun.id, true).code == 0);
    CHECK(terminal.run(Verb::list).out == "There are no open requests.\n");
}

}  // namespace tfy::approvals_keep_test
