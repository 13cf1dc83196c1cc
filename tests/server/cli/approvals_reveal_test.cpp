// `approvals reveal` as far as it needs no terminal: why there is nothing to show.
#include <doctest/doctest.h>

#include "server/storage/state_dir.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::approvals_reveal_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

struct Terminal {
    TempFolder folder;
    std::unique_ptr<storage::Ledger> ledger = open_ledger(folder / "ledger.db");
    cli::ApprovalsOptions options{.verb = cli::ApprovalsOptions::Verb::reveal,
                                  .state_dir = folder.path(),
                                  .id = "rev_1",
                                  .stdin_is_terminal = true,
                                  .stdout_is_terminal = true,
                                  .now = [] { return noon + 1min; }};

    explicit Terminal(storage::RevealRow::State state = storage::RevealRow::State::held) {
        REQUIRE(ledger
                    ->add_reveal({.id = "rev_1",
                                  .token_name = "ci-bot",
                                  .token_id = {},
                                  .principal = "stdio:grace",
                                  .instance = "ins_1",
                                  .created = noon,
                                  .until = noon + 10min})
                    .has_value());
        if (state != storage::RevealRow::State::held)
            REQUIRE(ledger->end_reveal("rev_1", state, entry("reveal_ended", "rev_1")).has_value());
    }
    std::string refused() {
        const auto ran = run_approvals(options, "correct horse\n");
        CHECK(ran.code == 1);
        CHECK(ran.out.empty());
        return ran.err;
    }
};

}  // namespace

TEST_CASE("a value that can never be shown again is told from one that still waits") {
    CHECK(holds(Terminal(storage::RevealRow::State::claimed).refused(),
                "was shown already. It is shown once. If it was not saved, delete the token"));
    CHECK(holds(Terminal(storage::RevealRow::State::lapsed).refused(), "waited until 2026-11-23 12:10"));
    CHECK(holds(Terminal(storage::RevealRow::State::lost).refused(), "the process that held it has ended"));
    Terminal terminal;
    CHECK(holds(terminal.refused(), "the process that held it has ended"));
    terminal.options.now = [] { return noon + 10min; };
    CHECK(holds(terminal.refused(), "was then wiped"));
}

TEST_CASE("a value that waits is asked for by a person at a terminal who is enrolled") {
    Terminal terminal;
    const auto held =
        storage::Instance::hold(storage::StateDir::open(terminal.folder.path()).value(), "ins_1").value();
    CHECK(holds(terminal.refused(), "still waits. Be the first: tfy-pat-mcp people first"));
    for (auto* side : {&terminal.options.stdin_is_terminal, &terminal.options.stdout_is_terminal}) {
        *side = false;
        CHECK(holds(terminal.refused(), "on a terminal only"));
        *side = true;
    }
    for (const auto* id : {"rev_2", "apr_2"}) {
        terminal.options.id = id;
        CHECK(holds(terminal.refused(), "There is no "));
    }
    terminal.options.id = "";
    CHECK(run_approvals(terminal.options).code == 2);
}

TEST_CASE("of a request: one that waits, one that made no token, and the one whose token's value was shown") {
    Terminal terminal(storage::RevealRow::State::claimed);
    terminal.options.id = "apr_1";
    auto asked = approval("apr_1");
    REQUIRE(terminal.ledger->open_request(asked, {100, 100}, entry("requested", "apr_1")).has_value());
    CHECK(holds(terminal.refused(), "its call has not run yet"));
    const auto end = [&](const Json& outcome) {
        auto now = terminal.ledger->find("apr_1")->value();
        const auto before = now.state();
        policy::ApprovalForTests::state(now) = policy::Approval::State::failed;
        now.outcome = outcome;
        REQUIRE(terminal.ledger->change(before, now, entry("finished", "apr_1")).has_value());
    };
    end({{"structured", {{"status", "executed"}}}});
    CHECK(holds(terminal.refused(), "made no token"));
    end({{"structured", {{"status", "executed"}, {"reveal_id", "rev_1"}}}});
    CHECK(holds(terminal.refused(), "was shown already"));
}

}  // namespace tfy::approvals_reveal_test
