// Passphrases and sign-in codes, typed line by line.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "policy/secret.hpp"
#include "server/cli/approvals.hpp"
#include "server/people/passphrases.hpp"
#include "server/people/sign_in_codes.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::people_cli_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using Verb = cli::ApprovalsOptions::Verb;
using State = policy::Approval::State;

namespace {

struct Terminal {
    TempFolder folder;
    std::unique_ptr<storage::Ledger> ledger = open_ledger(folder / "ledger.db");
    cli::ApprovalsOptions options{
        .state_dir = folder.path(), .user = "grace", .now = [] { return noon + 1min; }};

    Terminal() {
        // A stream stands for the terminal: nothing is there whose echo could be turned off.
        options.required.tty = false;
        REQUIRE(ledger->open_request(approval("apr_1"), {100, 100}, entry("requested", "apr_1")).has_value());
    }
    Ran run(Verb verb, const std::string& typed) {
        options.verb = verb;
        return fakes::run_approvals(options, typed);
    }
    Ran decide(const std::string& typed) {
        options.id = "apr_1";
        return run(Verb::approve, typed);
    }
    State state() { return ledger->find("apr_1")->value().state(); }
};

}  // namespace

TEST_CASE("without a passphrase nobody decides in a terminal; with it, only who knows it") {
    Terminal terminal;
    const auto none = terminal.decide("ci-pipeline\n");
    CHECK(none.code == 1);
    CHECK(holds(none.err, "Set one: tfy-pat-mcp approvals passphrase"));

    const auto set = terminal.run(Verb::passphrase, "correct horse\ncorrect horse\n");
    CHECK_MESSAGE(set.code == 0, set.err);
    CHECK(mode_of(terminal.folder.path() / "approvers/grace") == 0600);
    CHECK(mode_of(terminal.folder.path() / "approvers") == 0700);

    for (const auto* wrong : {"\nci-pipeline\n", "correct hors\nci-pipeline\n",
                              "correct horse2\nci-pipeline\n", "Correct horse\nci-pipeline\n", ""}) {
        CAPTURE(wrong);
        const auto refused = terminal.decide(wrong);
        CHECK(refused.code == 1);
        CHECK_FALSE(holds(refused.out, "Delete access token ci-pipeline?"));
        CHECK(terminal.state() == State::pending);
    }
    const auto right = terminal.decide("correct horse\nci-pipeline\n");
    CHECK_MESSAGE(right.code == 0, right.err);
    CHECK(holds(right.out, "Delete access token ci-pipeline?"));
    CHECK(terminal.state() == State::approved);

    const auto journal = terminal.ledger->journal().value();
    for (const auto& record : journal) CHECK_FALSE(holds(record.json().dump(), "horse"));
    const auto noted =
        std::ranges::find(journal, std::string("passphrase_set"), &journal::JournalRecord::kind);
    REQUIRE(noted != journal.end());
    CHECK(noted->body == Json{{"person", "grace"}});
}

TEST_CASE("a passphrase can be set before any server was there; nothing else can be looked at then") {
    Terminal terminal;
    const TempFolder fresh;
    terminal.options.state_dir = fresh / "state";
    CHECK(terminal.run(Verb::list, "").code == 1);
    CHECK_FALSE(std::filesystem::exists(fresh / "state"));
    const auto set = terminal.run(Verb::passphrase, "correct horse\ncorrect horse\n");
    CHECK_MESSAGE(set.code == 0, set.err);
    CHECK(people::Passphrases(fresh / "state").is_set("grace").value());
    CHECK(terminal.run(Verb::list, "").code == 0);
}

TEST_CASE("a passphrase is changed by who knows it, and is never a short or a mistyped one") {
    Terminal terminal;
    for (const auto* wrong : {"seven77\nseven77\n", "correct horse\ncorrect hose\n", "correct horse\n", ""}) {
        CAPTURE(wrong);
        CHECK(terminal.run(Verb::passphrase, wrong).code == 1);
        CHECK_FALSE(people::Passphrases(terminal.folder.path()).is_set("grace").value());
        CHECK(terminal.ledger->journal()->size() == 1);  // of the request
    }
    REQUIRE(terminal.run(Verb::passphrase, "correct horse\ncorrect horse\n").code == 0);
    CHECK(terminal.run(Verb::passphrase, "battery staple\nbattery staple\nbattery staple\n").code == 1);
    CHECK(terminal.run(Verb::passphrase, "correct horse\nbattery staple\nbattery staple\n").code == 0);
    CHECK(terminal.decide("correct horse\nci-pipeline\n").code == 1);
    CHECK(terminal.decide("battery staple\nci-pipeline\n").code == 0);
}

TEST_CASE(
    "once anyone has a passphrase, another person needs theirs to get one, and an account's name decides "
    "nothing") {
    Terminal terminal;
    REQUIRE(terminal.run(Verb::passphrase, "correct horse\ncorrect horse\n").code == 0);
    terminal.options.user = "daemon";
    terminal.options.required.passphrase = false;
    CHECK(holds(terminal.run(Verb::sign_in, "").err, "you need a passphrase"));
    for (const auto* typed : {"", "grace\n", "grace\nwrong one\n", "bin\ncorrect horse\n",
                              "../grace\ncorrect horse\n", "daemon\nbattery staple\nbattery staple\n"}) {
        CAPTURE(typed);
        CHECK(terminal.run(Verb::passphrase, typed).code == 1);
        CHECK_FALSE(people::Passphrases(terminal.folder.path()).is_set("daemon").value());
    }
    CHECK(terminal.run(Verb::passphrase, "grace\ncorrect horse\nbattery staple\nbattery staple\n").code == 0);
    CHECK(people::Passphrases(terminal.folder.path()).is_set("daemon").value());
    CHECK(terminal.run(Verb::sign_in, "battery staple\n").code == 0);
}

TEST_CASE("a passphrase that cannot be written is not journalled as set") {
    Terminal terminal;
    std::ofstream(terminal.folder / "approvers") << "a file where the folder would be";
    const auto before = terminal.ledger->journal()->size();
    CHECK(terminal.run(Verb::passphrase, "correct horse\ncorrect horse\n").code == 1);
    CHECK(terminal.ledger->journal()->size() == before);
}

TEST_CASE("where the rules want a terminal, a program can neither set a passphrase nor make a code") {
    Terminal terminal;
    terminal.options.required.tty = true;
    CHECK(terminal.run(Verb::passphrase, "correct horse\ncorrect horse\n").code == 1);
    CHECK(terminal.run(Verb::sign_in, "correct horse\n").code == 1);
    CHECK_FALSE(people::Passphrases(terminal.folder.path()).is_set("grace").value());
}

TEST_CASE("a name that is no person's is nobody's passphrase and nobody's code") {
    for (const auto* name :
         {"", "stdio:grace", "../grace", ".grace", "-grace", "gr ace", "grace\n", "gräce"}) {
        CAPTURE(name);
        CHECK_FALSE(policy::is_person_name(name));
        CHECK(people::Passphrases("/nonexistent").is_set(name).has_error());
    }
    for (const auto* name : {"grace", "Grace.Hopper", "grace+a@example.com", "_svc", "g"})
        CHECK(policy::is_person_name(name));
    CHECK_FALSE(policy::is_person_name(std::string(65, 'a')));

    Terminal terminal;
    terminal.options.required.passphrase = false;
    terminal.options.person = "stdio:grace";
    CHECK(terminal.run(Verb::sign_in, "").code == 2);
}

TEST_CASE("a code signs in the person that it was made for, once, in time, in another process") {
    Terminal terminal;
    REQUIRE(terminal.run(Verb::passphrase, "correct horse\ncorrect horse\n").code == 0);
    terminal.options.person = "ada";
    terminal.options.json = true;
    CHECK(terminal.run(Verb::sign_in, "wrong\n").code == 1);
    const auto made = terminal.run(Verb::sign_in, "correct horse\n");
    REQUIRE_MESSAGE(made.code == 0, made.err);
    const auto code = Json::parse(made.out).at("code").get<std::string>();

    auto server = open_ledger(terminal.folder / "ledger.db");
    const auto hash = people::hash_of_sign_in_code(code);
    CHECK_FALSE(
        server->take_sign_in_code(people::hash_of_sign_in_code("AAAA-AAAA-AAAA"), noon + 2min)->has_value());
    CHECK(server->take_sign_in_code(hash, noon + 2min).value() == "ada");
    CHECK_FALSE(server->take_sign_in_code(hash, noon + 2min)->has_value());

    const auto late = terminal.run(Verb::sign_in, "correct horse\n");
    const auto old = people::hash_of_sign_in_code(Json::parse(late.out).at("code").get<std::string>());
    CHECK_FALSE(server->take_sign_in_code(old, noon + 17min)->has_value());
    for (const auto& record : server->journal().value()) CHECK_FALSE(holds(record.json().dump(), code));

    for (const auto* life : {"", "0s", "25h", "soon"}) {
        CAPTURE(life);
        terminal.options.life = life;
        CHECK(terminal.run(Verb::sign_in, "correct horse\n").code == 2);
    }
}

TEST_CASE("the page takes a code that a command made, also after many wrong ones, and knows who came") {
    Page page;
    const auto code = people::make_sign_in_code();
    const auto record = entry("sign_in_code");
    page.wait(page.store.run([hash = people::hash_of_sign_in_code(code), record](storage::Ledger& ledger) {
            return ledger.add_sign_in_code(hash, "ada", noon + 24h, record);
        }))
        .value();
    const auto type = [&](const std::string& typed) {
        return page.send({.method = "POST",
                          .path = "/approvals/api/sign-in",
                          .headers = {{"content-type", "application/json"}},
                          .body = Json{{"code", typed}}.dump()});
    };
    for (int i = 0; i < 12; ++i) CHECK(type("AAAA-AAAA-AAAA").status() >= 400);
    const auto in = type(code);
    CHECK(in.status() == 200);
    CHECK(type(code).status() >= 400);
    page.key = in.json().at("page_key").get<std::string>();
    CHECK(page.get("/approvals/api/session").json().at("person") == "ada");
}

}  // namespace tfy::people_cli_test
