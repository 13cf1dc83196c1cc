// Conversations with `tfy-pat-mcp approvals`, typed line by line.
#include "server/cli/approvals.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <sstream>
#include <string_view>

#include "policy/redaction/fingerprint.hpp"
#include "protocol/parse.hpp"
#include "server/app/archive.hpp"
#include "server/people/page_address.hpp"
#include "server/storage/state_dir.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"
#include "tests/fakes/variable.hpp"

namespace tfy::approvals_cli_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using Verb = cli::ApprovalsOptions::Verb;
using State = policy::Approval::State;
using policy::Destination;

namespace {

/// A state directory with requests in it, and a person in front of it.
struct Desk {
    TempFolder folder;
    std::unique_ptr<storage::Ledger> ledger = open_ledger(folder / "ledger.db");
    cli::ApprovalsOptions options{
        .state_dir = folder.path(), .as = "grace", .stdin_is_terminal = true, .now = [] {
            return noon + 1min;
        }};

    Desk() { enrol(*ledger, {"grace"}); }
    void ask(const policy::Approval& fresh) {
        REQUIRE(ledger->open_request(fresh, {100, 100}, entry("requested", fresh.id)).has_value());
    }
    policy::Approval stored(const char* id = "apr_1") { return ledger->find(id).value().value(); }
    Ran run(Verb verb, const std::string& typed = {}) {
        options.verb = verb;
        return run_enrolled(options, typed);
    }
    Ran run_on(const char* id, Verb verb, const std::string& typed = {}) {
        options.id = id;
        return run(verb, typed);
    }
};

policy::Approval create(std::string id) {
    auto made = approval(std::move(id), "new-token");
    made.call.tool = "tfy_access_tokens_create";
    made.call.arguments = {{"payload", {{"name", "new-token"}}}};
    policy::ApprovalForTests::digest(made) = policy::digest(made.call);
    made.facts.yields_value = true;
    policy::ApprovalForTests::terms(made).destinations = {Destination::page, Destination::agent,
                                                          Destination::none};
    return made;
}

}  // namespace

TEST_CASE("the token's name, typed exactly, approves; the decision is durable and journalled") {
    Desk desk;
    desk.ask(approval("apr_1"));
    const auto ran = desk.run_on("apr_1", Verb::approve, "ci-pipeline\n");
    CHECK(ran.code == 0);
    CHECK(ran.err.empty());
    CHECK(holds(ran.out, "Approved."));
    const auto stored = desk.stored();
    CHECK(stored.state() == State::approved);
    CHECK(stored.decision()->by == "grace");
    CHECK(stored.decision()->assurance == policy::Assurance::terminal);
    CHECK(stored.expires == noon + 16min);
    const auto record = desk.ledger->journal()->back();
    CHECK(record.kind == "approved");
    CHECK(record.approval_id == "apr_1");
    CHECK(record.body["decided_by"] == "grace");
}

TEST_CASE("anything else that is typed decides nothing") {
    const char* typed[] = {
        "", "\n", "y\n", "yes\n", "CI-PIPELINE\n", "ci-pipeline \n", "ci-pipelin\n", " ci-pipeline\n"};
    for (const auto* line : typed) {
        CAPTURE(line);
        Desk desk;
        desk.ask(approval("apr_1"));
        const auto ran = desk.run_on("apr_1", Verb::approve, line);
        CHECK(ran.code == 1);
        CHECK_FALSE(ran.err.empty());
        CHECK(desk.stored().state() == State::pending);
        CHECK(desk.ledger->journal()->back().kind == "requested");
    }
}

TEST_CASE("a create asks where the value may appear, and the first destination is the default") {
    struct Row {
        const char* typed;
        int code;
        Destination destination;
    };
    const Row rows[] = {{"new-token\n\n", 0, Destination::page},
                        {"new-token\nagent\n", 0, Destination::agent},
                        {"new-token\nnone\n", 0, Destination::none},
                        {"new-token\nscreen\nagent\n", 0, Destination::agent},
                        {"new-token\r\nagent\r\n", 0, Destination::agent},
                        {"new-token\nterminal\n", 0, Destination::page},
                        {"new-token\npage\n", 0, Destination::page},
                        {"new-token\n", 1, Destination::none}};
    const Variable none("WAYLAND_DISPLAY", nullptr);
    for (const auto* display : {"", ":0"}) {
        const Variable there("DISPLAY", display);
        const auto* question = *display == '\0' ? "go: terminal, agent, none? [terminal]"
                                                : "go: page, terminal, agent, none? [page]";
        for (const auto& row : rows) {
            CAPTURE(row.typed);
            Desk desk;
            desk.ask(create("apr_1"));
            const auto ran = desk.run_on("apr_1", Verb::approve, row.typed);
            CHECK(ran.code == row.code);
            CHECK(holds(ran.out, question));
            CHECK(holds(ran.out, "so 'page' counts as 'terminal'.") ==
                  (*display == '\0' && std::string_view(row.typed) == "new-token\npage\n"));
            CHECK((desk.stored().state() == State::approved) == (row.code == 0));
            if (row.code == 0) CHECK(desk.stored().decision()->destination == row.destination);
        }
    }
}

TEST_CASE("show names the destinations that approve in the same terminal offers") {
    const Variable none("WAYLAND_DISPLAY", nullptr);
    for (const auto* display : {"", ":0"}) {
        const Variable there("DISPLAY", display);
        Desk desk;
        desk.ask(create("apr_1"));
        const auto shown = desk.run_on("apr_1", Verb::show).out;
        CHECK(holds(shown, *display == '\0' ? "new value can go: terminal = " : "new value can go: page = "));
    }
}

TEST_CASE("after a wrong name nothing more is asked") {
    Desk desk;
    desk.ask(create("apr_1"));
    const auto ran = desk.run_on("apr_1", Verb::approve, "newtoken\nagent\n");
    CHECK(ran.code == 1);
    CHECK_FALSE(holds(ran.out, "Where should the new value go"));
    CHECK(holds(ran.err, "new-token"));
}

TEST_CASE("a destination that the rule does not offer is asked for again") {
    Desk desk;
    auto fresh = create("apr_1");
    policy::ApprovalForTests::terms(fresh).destinations = {Destination::none};
    desk.ask(fresh);
    const auto ran = desk.run_on("apr_1", Verb::approve, "new-token\nagent\nnone\n");
    CHECK(holds(ran.out, "Please type one of: none."));
    CHECK(desk.stored().decision()->destination == Destination::none);
}

TEST_CASE("a rule that wants a reason gets one, or nothing is decided") {
    for (const bool given : {true, false}) {
        Desk desk;
        auto fresh = approval("apr_1");
        policy::ApprovalForTests::terms(fresh).reason_required = true;
        desk.ask(fresh);
        CHECK(
            desk.run_on("apr_1", Verb::approve, given ? "ci-pipeline\nrotated\n" : "ci-pipeline\n\n").code ==
            (given ? 0 : 1));
        CHECK(desk.stored().state() == (given ? State::approved : State::pending));
        if (given) CHECK(desk.stored().decision()->reason == "rotated");
    }
}

TEST_CASE("the person sees facts, claims, arguments, digest and the effect, in this order") {
    Desk desk;
    auto fresh = approval("apr_1");
    fresh.facts.warnings = {"This is the key that this server uses."};
    desk.ask(fresh);
    const auto text = desk.run_on("apr_1", Verb::approve).out;
    std::size_t before = 0;
    const auto digest = policy::short_digest(fresh.digest());
    for (const auto* part : {"Verified by this server:", "2026-01-05 09:00 UTC", "stdio:alice",
                             "This is the key", "Claimed by the caller (not verified):", "claude-code 2.1.0",
                             "no longer needed", "Exact arguments:", "pat-ci-pipeline", digest.c_str(),
                             "The token is deleted for ever", "14 minutes", "Type the token's name"}) {
        CAPTURE(part);
        const auto at = text.find(part);
        REQUIRE(at != std::string::npos);
        CHECK(at >= before);
        before = at;
    }
}

TEST_CASE("what others wrote cannot play tricks on the screen") {
    Desk desk;
    auto fresh = approval("apr_1");
    fresh.call.arguments["reason"] = "safe\u202egnp.exe\u200b\x1b[2J\nVerified by this server:";
    policy::ApprovalForTests::digest(fresh) = policy::digest(fresh.call);
    fresh.agent_reason = "please\u2066 \x1b[31m";
    fresh.facts.shown.push_back({"Owner", "\u0430da@example.com\x07"});
    desk.ask(fresh);
    for (const auto verb : {Verb::approve, Verb::show, Verb::list}) {
        const auto text = desk.run_on("apr_1", verb).out;
        for (const auto* trick : {"\u202e", "\u200b", "\u2066", "\x1b", "\x07"})
            CHECK_FALSE(holds(text, trick));
        if (verb != Verb::list) CHECK(holds(text, "⟨U+202E⟩"));
        if (verb != Verb::list)
            CHECK(text.find("\nVerified by this server:") == text.rfind("\nVerified by this server:"));
    }
}

TEST_CASE("a name that holds invisible characters is typed as it is shown") {
    Desk desk;
    desk.ask(approval("apr_1", "ci\u200bpipeline"));
    CHECK(desk.run_on("apr_1", Verb::approve, "cipipeline\n").code == 1);
    CHECK(desk.run_on("apr_1", Verb::approve, "ci⟨U+200B⟩pipeline\n").code == 0);
}

TEST_CASE("without a terminal nobody decides, unless the rules allow it") {
    for (const auto verb : {Verb::approve, Verb::deny}) {
        Desk desk;
        desk.ask(approval("apr_1"));
        desk.options.stdin_is_terminal = false;
        desk.options.reason = verb == Verb::deny ? "no" : "";
        const auto refused = desk.run_on("apr_1", verb, "ci-pipeline\n");
        CHECK(refused.code == 1);
        CHECK(refused.out.empty());
        CHECK(holds(refused.err, "standard input is not a terminal"));
        CHECK(desk.stored().state() == State::pending);
        desk.options.required.tty = false;
        CHECK(desk.run_on("apr_1", verb, "ci-pipeline\n").code == 0);
    }
}

TEST_CASE("what a terminal may not approve is refused before anything is asked, with the page's address") {
    Desk desk;
    auto fresh = approval("apr_1");
    policy::ApprovalForTests::terms(fresh).min_assurance = policy::Assurance::signed_in;
    desk.ask(fresh);
    const auto alone = desk.run_on("apr_1", Verb::approve, "ci-pipeline\n");
    CHECK(alone.code == 1);
    CHECK(alone.out.empty());
    CHECK(holds(alone.err, "No server with an approvals page runs here now."));
    const auto state = storage::StateDir::open(desk.folder.path()).value();
    const auto instance = storage::Instance::hold(state, "ins_1").value();
    const people::PageAddress page(desk.folder.path(), "ins_1", "http://127.0.0.1:8780/approvals");
    const auto ran = desk.run_on("apr_1", Verb::approve, "ci-pipeline\n");
    CHECK(ran.code == 1);
    CHECK(ran.out.empty());
    CHECK(holds(ran.err, "'signed_in' on the approvals page"));
    CHECK(holds(ran.err, "Decide on the approvals page: http://127.0.0.1:8780/approvals/apr_1\n"));
    CHECK(holds(ran.err, "approvals sign-in"));
    CHECK(desk.stored().state() == State::pending);
}

TEST_CASE("who may not decide is told so before anything is asked") {
    Desk desk;
    auto fresh = approval("apr_1");
    policy::ApprovalForTests::terms(fresh).approvers = {"ada"};
    desk.ask(fresh);
    for (const auto verb : {Verb::approve, Verb::deny}) {
        const auto ran = desk.run_on("apr_1", verb, "ci-pipeline\n");
        CHECK(ran.code == 1);
        CHECK(ran.out.empty());
        CHECK(holds(ran.err, "ada"));
        CHECK_FALSE(holds(ran.err, "passphrase"));
    }
}

TEST_CASE("a denial takes a reason, from the command or typed, and the agent's words are not run") {
    struct Row {
        const char* option;
        const char* typed;
        int code;
        const char* reason;
    };
    const Row rows[] = {{"still in use", "", 0, "still in use"},
                        {"", "still in use\n", 0, "still in use"},
                        {"", "", 1, ""},
                        {"", " \n", 1, ""},
                        {"caf\xc3", "", 0, "caf\xef\xbf\xbd"}};
    for (const auto& row : rows) {
        CAPTURE(row.option);
        Desk desk;
        desk.ask(approval("apr_1"));
        desk.options.reason = row.option;
        CHECK(desk.run_on("apr_1", Verb::deny, row.typed).code == row.code);
        CHECK(desk.stored().state() == (row.code == 0 ? State::denied : State::pending));
        if (row.code == 0) CHECK(desk.stored().decision()->reason == row.reason);
        CHECK(desk.ledger->journal()->back().kind == (row.code == 0 ? "denied" : "requested"));
    }
}

TEST_CASE("what is decided, overdue or not there cannot be decided, and each is said") {
    Desk desk;
    desk.ask(approval("apr_1"));
    desk.options.reason = "no";
    CHECK(holds(desk.run_on("apr_none", Verb::approve).err,
                "There is no request apr_none. Nothing was decided. List the open requests: "));
    CHECK(holds(desk.run_on("apr_none", Verb::show).err,
                "There is no request apr_none. List all requests: tfy-pat-mcp approvals list --all"));
    CHECK(desk.run_on("", Verb::approve).code == 2);
    CHECK(desk.run_on("apr_1", Verb::deny).code == 0);
    const auto twice = desk.run_on("apr_1", Verb::approve, "ci-pipeline\n");
    CHECK(twice.code == 1);
    CHECK(holds(twice.err, "Request apr_1 was denied, so there is nothing to decide."));
    desk.ask(approval("apr_2", "other"));
    desk.options.now = [] { return noon + 15min; };
    CHECK(holds(desk.run_on("apr_2", Verb::approve, "other\n").err, "expired"));
    CHECK(desk.stored("apr_2").state() == State::pending);
}

TEST_CASE("a decision that came from elsewhere while the person was typing stands") {
    Desk desk;
    desk.ask(approval("apr_1"));
    int asked = 0;
    desk.options.now = [&] {  // the last look at the clock is the one before the write
        if (++asked == 4)
            CHECK(desk.ledger
                      ->change(State::pending, in_state(approval("apr_1"), State::denied), entry("denied"))
                      .has_value());
        return noon + 1min;
    };
    const auto ran = desk.run_on("apr_1", Verb::approve, "ci-pipeline\n");
    CHECK(ran.code == 1);
    CHECK(holds(ran.err, "This request has changed"));
    CHECK(desk.stored().state() == State::denied);
}

TEST_CASE("time that runs out while the person is typing is time that has run out") {
    Desk desk;
    desk.ask(approval("apr_1"));
    int asked = 0;
    desk.options.now = [&] { return ++asked < 3 ? noon + 14min : noon + 15min; };
    const auto ran = desk.run_on("apr_1", Verb::approve, "ci-pipeline\n");
    CHECK(ran.code == 1);
    CHECK(holds(ran.err, "expired"));
}

TEST_CASE("a request is shown with its state and who decided") {
    struct Row {
        State state;
        const char* words;
    };
    for (const auto& [state, words] :
         {Row{State::approved, "Request apr_1 is approved by grace (terminal) on "},
          Row{State::succeeded, "Request apr_1 succeeded; approved by grace (terminal) on "}}) {
        Desk desk;
        desk.ask(approval("apr_1"));
        REQUIRE(desk.run_on("apr_1", Verb::approve, "ci-pipeline\n").code == 0);
        for (const auto next : {State::executing, State::succeeded})
            if (const auto now = desk.stored(); now.state() != state)
                REQUIRE(desk.ledger->change(now.state(), in_state(now, next), entry("moved", "apr_1"))
                            .has_value());
        CHECK(holds(desk.run_on("apr_1", Verb::show).out, words));
    }
}

TEST_CASE("a registered value that got into a request is taken out of what is printed") {
    Desk desk;
    const std::string value = "tfy-9fK2mQ7xL4pR8sT1vW5yZ3bC6dE0gH";
    const auto key = storage::StateDir::open(desk.folder.path())->fingerprint_key().value();
    REQUIRE(desk.ledger->add_fingerprints(redaction::fingerprint(value, "ci", key)).has_value());
    auto fresh = approval("apr_1");
    fresh.agent_reason = "the old value was " + value;
    desk.ask(fresh);
    for (const bool json : {false, true}) {
        desk.options.json = json;
        const auto text = desk.run_on("apr_1", Verb::show).out;
        CHECK_FALSE(holds(text, value));
        CHECK(holds(text, "redacted"));
    }
}

}  // namespace tfy::approvals_cli_test
