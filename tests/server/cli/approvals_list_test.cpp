// What `approvals list` and `approvals watch` print, for people and for programs.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "policy/notice/words.hpp"
#include "protocol/parse.hpp"
#include "server/app/archive.hpp"
#include "server/cli/approvals.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::approvals_list_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using Verb = cli::ApprovalsOptions::Verb;
using State = policy::Approval::State;

namespace {

cli::ApprovalsOptions options(const TempFolder& folder, Verb verb) {
    return {.verb = verb, .state_dir = folder.path(), .now = [] { return noon + 1min; }};
}

void ask(storage::Ledger& ledger, const char* id, policy::Time created = noon) {
    REQUIRE(ledger.open_request(approval(id, id, "stdio:alice", created), {100, 100}, entry("requested", id))
                .has_value());
}

std::vector<Json> lines(const std::string& text) {
    std::vector<Json> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) all.push_back(protocol::parse(line).value());
    return all;
}

}  // namespace

TEST_CASE("what asks for a value that went with its process is listed, shown and watched as over") {
    const TempFolder folder;
    const auto ledger = open_ledger(folder / "ledger.db");
    for (const auto verb : {Verb::list, Verb::show, Verb::watch}) {
        const auto id = "apr_" + std::to_string(static_cast<int>(verb));
        CAPTURE(id);
        ledger
            ->add_reveal({.id = "rev_" + id,
                          .token_name = "ci",
                          .principal = "stdio:alice",
                          .instance = "ended",
                          .created = noon,
                          .until = noon + 10min})
            .value();
        auto made = approval(id, "token-" + id);
        made.facts.needs = {policy::value_key("rev_" + id)};
        ledger->open_request(made, {100, 100}, entry("requested", id)).value();
        auto wish = options(folder, verb);
        wish.id = verb == Verb::show ? id : "";
        wish.pause = [](policy::Duration) { return false; };
        const auto told = run_approvals(wish).out;
        CHECK((verb == Verb::show || !holds(told, id)));
        CHECK(ledger->find(id).value()->state() == State::superseded);
    }
}

TEST_CASE("the list shows what is open, and with --all what is decided or overdue too") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    auto shown = options(folder, Verb::list);
    CHECK(run_approvals(shown).out == "There are no open requests.\n");
    ask(*ledger, "apr_open");
    ask(*ledger, "apr_late", noon - 1h);
    ask(*ledger, "apr_gone");
    REQUIRE(ledger
                ->change(State::pending, in_state(approval("apr_gone", "apr_gone"), State::denied),
                         entry("denied"))
                .has_value());
    const auto open = run_approvals(shown);
    CHECK(open.code == 0);
    CHECK(holds(
        open.out,
        "apr_open  pending, 14 minutes left\n    Delete apr_open\n    Asked by stdio:alice on 2026-11-23"));
    CHECK_FALSE(holds(open.out, "apr_late"));
    CHECK_FALSE(holds(open.out, "apr_gone"));
    shown.all = true;
    CHECK(holds(run_approvals(shown).out, "apr_late  expired"));
    CHECK(holds(run_approvals(shown).out, "apr_gone  denied"));
}

TEST_CASE(
    "the list, the whole request and a message say whose agent asks with a key, and what the key is for") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    auto made = approval("apr_key", "ci-a", "key:K7Q29FXM");
    made.call.caller.person = "ada";
    made.call.caller.label = "cursor";
    REQUIRE(ledger->open_request(made, {100, 100}, entry("requested", "apr_key")).has_value());
    const std::string asker = "key:K7Q29FXM, ada's agent \"cursor\"";
    CHECK(holds(run_approvals(options(folder, Verb::list)).out, "Asked by " + asker + " on 2026-11-23"));
    auto show = options(folder, Verb::show);
    show.id = "apr_key";
    CHECK(holds(run_approvals(show).out, "Asked by: " + asker + "\n"));
    const notice::Notice told{.id = "evt_1", .at = noon, .approval = made};
    const auto fields = notice::words_of(told, no_tokens()).fields;
    CHECK(std::ranges::any_of(fields, [&](const auto& each) { return each.value == asker; }));
}

TEST_CASE("with --json the list is one document that holds each request whole") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    ask(*ledger, "apr_1");
    auto shown = options(folder, Verb::list);
    shown.json = true;
    const auto document = lines(run_approvals(shown).out);
    REQUIRE(document.size() == 1);
    REQUIRE(document[0].at("approvals").size() == 1);
    auto expected = approval("apr_1", "apr_1").json();
    expected["request_expires_at"] =
        expected.at("expires");  // what the token's end is called is another thing
    expected.erase("expires");
    auto& facts = expected.at("facts");
    facts["expires_at"] = facts.at("expires");
    facts.erase("expires");
    CHECK(document[0].at("approvals")[0] == expected);
}

TEST_CASE("with --json a decision prints one document, and the conversation goes elsewhere") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    ask(*ledger, "apr_1");
    auto approving = options(folder, Verb::approve);
    approving.json = true;
    approving.id = "apr_1";
    approving.as = "grace";
    approving.required.tty = false;
    enrol(*ledger, {"grace"});
    std::istringstream in(their_passphrase + "\napr_1\n");
    std::ostringstream out;
    std::ostringstream err;
    CHECK(run_approvals(approving, in, out, err) == 0);
    const auto document = lines(out.str());
    REQUIRE(document.size() == 1);
    CHECK(document[0].at("state") == "approved");
    CHECK(holds(err.str(), "Type the token's name"));
}

TEST_CASE("watching prints what is open, then each change once, as another process makes it") {
    const TempFolder folder;
    auto ledger = open_ledger(folder / "ledger.db");
    ask(*ledger, "apr_1");
    auto watching = options(folder, Verb::watch);
    watching.json = true;
    int round = 0;
    watching.pause = [&](policy::Duration pause) {
        CHECK(pause == 250ms);
        if (round == 1) ask(*ledger, "apr_2");
        if (round == 3)
            CHECK(ledger
                      ->change(State::pending, in_state(approval("apr_1", "apr_1"), State::denied),
                               entry("denied"))
                      .has_value());
        if (round == 4) CHECK(ledger->append(entry("something else")).has_value());
        return ++round < 7;
    };
    const auto printed = run_approvals(watching);
    CHECK(printed.code == 0);
    std::vector<std::string> seen;
    for (const auto& line : lines(printed.out))
        seen.push_back(line.at("id").get<std::string>() + " " + line.at("state").get<std::string>());
    CHECK(seen == std::vector<std::string>{"apr_1 pending", "apr_2 pending", "apr_1 denied"});
    CHECK(round == 7);
}

TEST_CASE("watching ends when nobody reads any more") {
    const TempFolder folder;
    open_ledger(folder / "ledger.db").reset();
    auto watching = options(folder, Verb::watch);
    int pauses = 0;
    watching.pause = [&](policy::Duration) { return ++pauses < 5; };
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    out.setstate(std::ios::badbit);
    CHECK(run_approvals(watching, in, out, err) == 0);
    CHECK(pauses == 0);
}

TEST_CASE("a state directory that no server has used is told, not made") {
    const TempFolder folder;
    for (const auto verb : {Verb::list, Verb::watch}) {
        auto missing = options(folder, verb);
        missing.state_dir = folder / "missing";
        CHECK(run_approvals(missing).code == 1);
        CHECK_FALSE(std::filesystem::exists(folder / "missing"));
    }
}

}  // namespace tfy::approvals_list_test
