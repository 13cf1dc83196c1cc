// `approvals freeze` and `unfreeze`, typed line by line; a frozen caller in `approvals list`.
#include <doctest/doctest.h>

#include <chrono>

#include "protocol/parse.hpp"
#include "server/cli/approvals.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::approvals_freeze_test {

using namespace tfy::fakes;
using Verb = cli::ApprovalsOptions::Verb;
using State = policy::Approval::State;

namespace {

struct Desk {
    TempFolder folder;
    std::unique_ptr<storage::Ledger> ledger = open_ledger(folder / "ledger.db");
    cli::ApprovalsOptions options{
        .state_dir = folder.path(), .id = "stdio:alice", .as = "grace", .stdin_is_terminal = true, .now = [] {
            return noon;
        }};

    Desk() {
        enrol(*ledger, {"grace", "ada"});
        for (const auto* name : {"one", "two"})
            ledger->open_request(approval("apr_" + std::string(name), name), {100, 100}, entry("requested"))
                .value();
    }
    Ran run(Verb verb) {
        options.verb = verb;
        return run_enrolled(options);
    }
};

}  // namespace

TEST_CASE("a caller is frozen by a passphrase alone, listed as frozen, and lifted by another person") {
    Desk desk;
    desk.options.reason = "it asks for hundreds";
    const auto frozen = desk.run(Verb::freeze);
    CHECK(frozen.code == 0);
    CHECK(frozen.err.empty());
    CHECK(holds(frozen.out,
                "stdio:alice is frozen. Its 2 open requests were stopped. New ones are refused.\n"
                "To let it ask again: tfy-pat-mcp approvals unfreeze stdio:alice\n"));
    CHECK(desk.ledger->find("apr_one").value()->state() == State::denied);
    CHECK(desk.ledger->find("apr_one").value()->decision()->assurance == policy::Assurance::terminal);

    desk.options.as = "";
    desk.options.verb = Verb::list;
    CHECK(run_approvals(desk.options).out ==
          "stdio:alice is frozen, by grace on 2026-11-23 12:00 UTC: \"it asks for\n"
          "    hundreds\"\nThere are no open requests.\n");
    desk.options.json = true;
    const auto document = protocol::parse(run_approvals(desk.options).out).value();
    CHECK(document.at("frozen") == Json::array({{{"principal", "stdio:alice"},
                                                 {"by", "grace"},
                                                 {"assurance", "terminal"},
                                                 {"since", "2026-11-23T12:00:00.000Z"},
                                                 {"reason", "it asks for hundreds"}}}));
    desk.options.json = false;
    desk.options.as = "ada";
    const auto lifted = desk.run(Verb::unfreeze);
    CHECK(lifted.code == 0);
    CHECK(holds(lifted.out, "stdio:alice may ask again."));
    CHECK(desk.ledger->freezes()->empty());
    CHECK(desk.ledger->journal()->back().kind == "principal_unfrozen");
    CHECK(desk.ledger->journal()->back().body.at("by") == "ada");
}

TEST_CASE("without a passphrase, or for a caller that never asked, nothing is frozen") {
    Desk desk;
    desk.options.verb = Verb::freeze;
    const auto wrong = run_approvals(desk.options, "not this one at all\n");
    CHECK(wrong.code == 1);
    CHECK(holds(wrong.err, "Nothing was frozen."));
    CHECK(desk.ledger->find("apr_one").value()->state() == State::pending);
    desk.options.id = "stdio:alcie";
    const auto unknown = desk.run(Verb::freeze);
    CHECK(unknown.code == 1);
    CHECK(holds(unknown.err,
                "No caller of this name has asked for a change yet, and none has a key or a grant. "
                "Nothing was frozen."));
    CHECK(holds(unknown.err, "tfy-pat-mcp approvals list --all"));
    desk.options.id = "stdio:alice";
    CHECK(holds(desk.run(Verb::unfreeze).err,
                "No caller of this name is frozen. Nothing was changed. To see who is: "));
}

TEST_CASE("the caller of a key is frozen before it asks for anything") {
    Desk desk;
    desk.ledger
        ->add_caller_key({.id = "K1",
                          .hash = "h",
                          .person = "ada",
                          .created = noon,
                          .until = noon + std::chrono::hours{24}},
                         entry("caller_key_created"), no_tokens())
        .value();
    desk.options.id = "key:K2";
    CHECK(desk.run(Verb::freeze).code == 1);
    desk.options.id = "key:K1";
    const auto frozen = desk.run(Verb::freeze);
    CHECK(holds(frozen.out, "key:K1 is frozen. It had no open request."));
    CHECK(desk.ledger->freeze_of("key:K1").value().has_value());
}

TEST_CASE("a freeze outlives the process that wrote it") {
    Desk desk;
    REQUIRE(desk.run(Verb::freeze).code == 0);
    desk.ledger.reset();
    desk.ledger = open_ledger(desk.folder / "ledger.db");
    const auto refused =
        desk.ledger->open_request(approval("apr_new", "three"), {100, 100}, entry("requested"));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::denied);
}

}  // namespace tfy::approvals_freeze_test
