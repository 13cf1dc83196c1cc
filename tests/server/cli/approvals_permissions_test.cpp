// `approvals permissions`, `permit` and `revoke`, typed line by line; and how a quorum reads in the terminal.
#include <doctest/doctest.h>

#include <sstream>

#include "policy/redaction/fingerprint.hpp"
#include "protocol/parse.hpp"
#include "server/cli/approvals.hpp"
#include "server/storage/state_dir.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::approvals_permissions_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using Verb = cli::ApprovalsOptions::Verb;
using State = policy::Approval::State;

namespace {

/// A state directory, and a person in front of it.
struct Terminal {
    TempFolder folder;
    std::unique_ptr<storage::Ledger> ledger = open_ledger(folder / "ledger.db");
    cli::ApprovalsOptions options{.state_dir = folder.path(),
                                  .reason = "the release",
                                  .permit = {.principal = "stdio:alice", .names = "ci-*", .uses = 5},
                                  .as = "grace",
                                  .stdin_is_terminal = true,
                                  .control_plane = {.base_url = "https://acme.example",
                                                    .holder = {.print = "k1", .user = "ann@acme.example"}},
                                  .now = [] { return noon; }};

    Terminal() { enrol(*ledger, {"grace", "ada"}); }
    Ran run(Verb verb, const std::string& typed = {}) {
        options.verb = verb;
        return run_enrolled(options, typed);
    }
    std::vector<policy::StandingPermission> in_force() { return ledger->permissions("", noon).value(); }
};

}  // namespace

TEST_CASE(
    "the names, typed exactly, give a permission: shown in one sentence first, journalled, listed, revoked") {
    Terminal terminal;
    const auto given = terminal.run(Verb::permit, "ci-*\n");
    CHECK(given.code == 0);
    CHECK(given.err.empty());
    CHECK(holds(
        given.out,
        "For 1 hour from now, stdio:alice may create up to 5 tokens named ci-* at https://acme.example with "
        "the key of ann@acme.example, with team, account and type left out, without anyone being asked. Each "
        "must expire within 30 days. Each value is shown once, on the approvals page.\n"));
    REQUIRE(terminal.in_force().size() == 1);
    const auto permission = terminal.in_force().front();
    CHECK(permission.by == "grace");
    CHECK(permission.assurance == policy::Assurance::terminal);
    CHECK(permission.reason == "the release");
    CHECK(permission.until == noon + 60min);
    CHECK(holds(given.out, "tfy-pat-mcp approvals revoke " + permission.id));
    CHECK(terminal.ledger->journal()->back().kind == "permission_given");
    CHECK(terminal.ledger->journal()->back().body["given_by"] == "grace");

    const auto listed = terminal.run(Verb::permissions);
    CHECK(listed.out ==
          permission.id +
              "\n    Create up to 5 tokens named ci-*, each for at most 30 days, for stdio:alice,\n"
              "    at https://acme.example with the key of ann@acme.example, with team, account\n"
              "    and type left out\n"
              "    Given by grace (terminal), used 0 of 5, values: page, ends on 2026-11-23\n"
              "    13:00 UTC (in 1 hour)\n");
    terminal.options.json = true;
    const auto json = protocol::parse(terminal.run(Verb::permissions).out).value();
    CHECK(json.at("permissions").at(0) == permission.json());

    terminal.options.id = permission.id;
    const auto revoked = terminal.run(Verb::revoke);
    CHECK(revoked.code == 0);
    CHECK(holds(revoked.err, "Revoked after 0 of 5 uses."));
    CHECK(protocol::parse(revoked.out).value().at("revoked_by") == "grace");
    CHECK(terminal.in_force().empty());
    CHECK(terminal.ledger->journal()->back().kind == "permission_revoked");
    CHECK(terminal.run(Verb::revoke).code == 1);
    terminal.options.json = false;
    CHECK(terminal.run(Verb::permissions).out == "There are no standing permissions in force.\n");
    terminal.options.id = "per_none";
    CHECK(holds(terminal.run(Verb::revoke).err, "There is no standing permission per_none."));
}

TEST_CASE(
    "a permission is for a caller that there can be: a slip in a key's id is told, and no key is made up") {
    Terminal terminal;
    const auto add = [&](const std::string& id, policy::Time until) {
        return terminal.ledger->add_caller_key({.id = id,
                                                .hash = "hash of " + id,
                                                .person = "ada",
                                                .label = "",
                                                .created = noon - 1h,
                                                .until = until},
                                               entry("caller_key_created"), fakes::no_tokens());
    };
    REQUIRE(add("4U3UFS3K", noon + 1h).has_value());
    REQUIRE(add("BBBBBBBB", noon).has_value());
    const std::pair<const char*, const char*> refused[] = {
        {"key:4U3UFS3X",
         "There is no key of this server for key:4U3UFS3X; did you mean key:4U3UFS3K? No permission"},
        {"key:BBBBBBBB", "The key of key:BBBBBBBB is revoked or has expired. No permission was given."},
        {"oauth:adda/editor", "The person in oauth:adda/editor is not enrolled. No permission was given."},
        {"alice", "No caller is called alice: they are stdio:USER, http:loopback"}};
    for (const auto& [principal, why] : refused) {
        CAPTURE(principal);
        terminal.options.permit.principal = principal;
        const auto ran = terminal.run(Verb::permit, "ci-*\n");
        CHECK(ran.code == 1);
        CHECK(holds(ran.err, why));
    }
    CHECK(terminal.in_force().empty());
    for (const auto* principal : {"key:4U3UFS3K", "oauth:ada/editor", "stdio:new"}) {
        terminal.options.permit.principal = principal;
        CHECK(terminal.run(Verb::permit, "ci-*\n").code == 0);
    }
    CHECK(terminal.in_force().size() == 3);
}

TEST_CASE("what is not typed exactly, not reasonable, or not by a person at a terminal gives nothing") {
    struct Row {
        const char* name;
        std::function<void(cli::ApprovalsOptions&)> change;
        const char* typed;
        const char* words;
    };
    const auto same = [](cli::ApprovalsOptions&) {};
    const Row rows[] = {
        {"nothing", same, "", "not typed exactly"},
        {"an empty line", same, "\n", "not typed exactly"},
        {"yes", same, "yes\n", "not typed exactly"},
        {"more", same, "ci-*x\n", "not typed exactly"},
        {"every name", [](auto& o) { o.permit.names = "*"; }, "*\n", "begin with fixed characters"},
        {"no uses", [](auto& o) { o.permit.uses = 0; }, "ci-*\n", "from 1 to 100"},
        {"no period", [](auto& o) { o.permit.lasts = "soon"; }, "ci-*\n", "--for must be"},
        {"no life", [](auto& o) { o.permit.expires_within = "x"; }, "ci-*\n", "--expires-within must be"},
        {"nowhere", [](auto& o) { o.permit.destination = "all"; }, "ci-*\n", "--destination must be"},
        {"no terminal", [](auto& o) { o.stdin_is_terminal = false; }, "ci-*\n",
         "standard input is not a terminal"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Terminal terminal;
        row.change(terminal.options);
        const auto ran = terminal.run(Verb::permit, row.typed);
        CAPTURE(ran.err);
        const bool written_wrongly = holds(ran.err, "--");
        CHECK(ran.code == (written_wrongly ? 2 : 1));
        CHECK(holds(ran.err, row.words));
        CHECK(terminal.in_force().empty());
        CHECK(terminal.ledger->journal()->back().kind.starts_with("person_"));
    }
    Terminal terminal;
    REQUIRE(terminal.run(Verb::permit, "ci-*\n").code == 0);
    terminal.options.id = terminal.in_force().front().id;
    terminal.options.stdin_is_terminal = false;
    CHECK(terminal.run(Verb::revoke).code == 1);
    CHECK(terminal.in_force().size() == 1);
}

TEST_CASE("a quorum in the terminal: what is missing is said, and the first one's destination stands") {
    Terminal terminal;
    auto made = approval("apr_1", "new-token");
    made.call.tool = "tfy_access_tokens_create";
    policy::ApprovalForTests::digest(made) = policy::digest(made.call);
    made.facts.yields_value = true;
    policy::ApprovalForTests::terms(made).destinations = {policy::Destination::page,
                                                          policy::Destination::agent};
    policy::ApprovalForTests::terms(made).quorum = 2;
    policy::ApprovalForTests::terms(made).approvers = {"grace", "ada"};
    made.narrowings = {{"ada", noon, {{"id", "pat-other"}}}};
    REQUIRE(terminal.ledger->open_request(made, {100, 100}, entry("requested", made.id)).has_value());
    terminal.options.id = "apr_1";

    const auto first = terminal.run(Verb::approve, "new-token\nagent\n");
    CHECK(first.code == 0);
    CHECK(holds(first.out, "May decide: grace, ada\n"));
    CHECK(holds(first.out, "Approved. 1 of 2: another person is needed. Nothing runs yet.\n"));
    CHECK(terminal.ledger->find("apr_1").value()->state() == State::pending);
    CHECK(terminal.ledger->journal()->back().kind == "approved in part");
    CHECK(holds(terminal.run(Verb::list).out, ", 15 minutes left, 1 of 2 approvals\n    Create new-token\n"));
    const auto shown = terminal.run(Verb::show).out;
    CHECK(holds(shown, "Approvals: 1 of 2: grace\n"));
    CHECK(holds(shown, "Changed by ada since it was asked:\n  Id: pat-new-token instead of pat-other\n"));

    const auto twice = terminal.run(Verb::approve, "new-token\n");
    CHECK(twice.code == 1);
    CHECK(holds(twice.err, "grace has already approved this request. Another person must approve it too."));
    terminal.options.as = "ada";
    const auto second = terminal.run(Verb::approve, "new-token\n");
    CHECK(second.code == 0);
    CHECK(holds(second.out, "The new value goes to 'agent', as grace chose.\n"));
    const auto stored = terminal.ledger->find("apr_1").value().value();
    CHECK(stored.state() == State::approved);
    CHECK(stored.decision()->destination == policy::Destination::agent);
    CHECK(terminal.ledger->journal()->back().kind == "approved");
}

}  // namespace tfy::approvals_permissions_test
