// People, passphrases and sign-in codes, typed line by line.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "policy/human.hpp"
#include "server/cli/approvals.hpp"
#include "server/cli/people.hpp"
#include "server/people/earlier_passphrases.hpp"
#include "server/people/page_address.hpp"
#include "server/people/sign_in_codes.hpp"
#include "server/storage/journal_check.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/sql.hpp"
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
    cli::ApprovalsOptions options{.state_dir = folder.path(), .now = [] { return noon + 1min; }};

    Terminal() {
        // A stream stands for the terminal: nothing is there whose echo could be turned off.
        options.required.tty = false;
        REQUIRE(ledger->open_request(approval("apr_1"), {100, 100}, entry("requested", "apr_1")).has_value());
    }
    Ran run(Verb verb, const std::string& typed) {
        options.verb = verb;
        return fakes::run_approvals(options, typed);
    }
    /// `tfy-pat-mcp people`, in a terminal.
    Ran people(cli::PeopleOptions::Verb verb, const std::string& name, const std::string& typed,
               const std::string& as = "") {
        cli::PeopleOptions asked{.verb = verb,
                                 .state_dir = folder.path(),
                                 .name = name,
                                 .as = as,
                                 .stdin_is_terminal = at_terminal,
                                 .user = "grace",
                                 .now = options.now};
        asked.required.tty = false;
        std::istringstream in(typed);
        std::ostringstream out;
        std::ostringstream err;
        const int code = cli::run_people(asked, in, out, err);
        return {code, out.str(), err.str()};
    }
    std::vector<std::string> deciding() {
        std::vector<std::string> names;
        for (const auto& each : ledger->people().value())
            if (each.decides()) names.push_back(each.name);
        return names;
    }
    bool at_terminal = true;

    Ran decide(const std::string& typed) {
        options.id = "apr_1";
        return run(Verb::approve, typed);
    }
    State state() { return ledger->find("apr_1")->value().state(); }
};

}  // namespace

using PeopleVerb = cli::PeopleOptions::Verb;
using Names = std::vector<std::string>;

TEST_CASE("while no one is enrolled no one decides in a terminal; then only who knows the passphrase") {
    Terminal terminal;
    const auto none = terminal.decide("ci-pipeline\n");
    CHECK(none.code == 1);
    CHECK(holds(none.err, "Be the first: tfy-pat-mcp people first"));

    const auto first =
        terminal.people(PeopleVerb::first, "", "\ncorrect horse battery\ncorrect horse battery\n");
    CHECK_MESSAGE(first.code == 0, first.err);
    CHECK(terminal.deciding() == Names{"grace"});

    for (const auto* wrong : {"\nci-pipeline\n", "correct horse batter\nci-pipeline\n",
                              "Correct horse battery\nci-pipeline\n", ""}) {
        CAPTURE(wrong);
        const auto refused = terminal.decide(wrong);
        CHECK(refused.code == 1);
        CHECK_FALSE(holds(refused.out, "Delete access token ci-pipeline?"));
        CHECK(terminal.state() == State::pending);
    }
    const auto right = terminal.decide("correct horse battery\nci-pipeline\n");
    CHECK_MESSAGE(right.code == 0, right.err);
    CHECK(holds(right.out, "Delete access token ci-pipeline?"));
    CHECK(terminal.state() == State::approved);
    CHECK(terminal.ledger->find("apr_1")->value().decision()->by == "grace");

    const auto journal = terminal.ledger->journal().value();
    for (const auto& record : journal) {
        CHECK_FALSE(holds(record.json().dump(), "horse"));
        CHECK_FALSE(holds(record.json().dump(), "argon2"));
    }
    const auto noted =
        std::ranges::find(journal, std::string("person_enrolled"), &journal::JournalRecord::kind);
    REQUIRE(noted != journal.end());
    CHECK(noted->body.at("person") == "grace");
    CHECK(noted->body.at("how") == "first");
}

TEST_CASE("the first person comes once, at a terminal, with a name and a passphrase that is long enough") {
    Terminal terminal;
    for (const auto* wrong : {"", "grace\n", "grace\neleven char\neleven char\n", "stdio:grace\n",
                              "grace\ncorrect horse battery\ncorrect horse batter\n"}) {
        CAPTURE(wrong);
        CHECK(terminal.people(PeopleVerb::first, "", wrong).code != 0);
        CHECK(terminal.deciding().empty());
    }
    terminal.at_terminal = false;
    const std::string typed = "ada\ncorrect horse battery\ncorrect horse battery\n";
    CHECK(holds(terminal.people(PeopleVerb::first, "", typed).err, "standard input is not a terminal"));
    terminal.at_terminal = true;
    CHECK(terminal.people(PeopleVerb::first, "", typed).code == 0);
    const auto second = terminal.people(PeopleVerb::first, "", "bob\n" + typed);
    CHECK(second.code == 1);
    CHECK(holds(second.err, "Someone is enrolled here already"));
    CHECK(terminal.deciding() == Names{"ada"});
}

TEST_CASE("a person comes by invitation, and beside two people by a second one's word, too") {
    Terminal terminal;
    enrol(*terminal.ledger, {"ada"});
    const auto pass = their_passphrase + "\n";
    const auto code_in = [](const Ran& ran) { return ran.out.substr(ran.out.find(": ") + 2, 14); };

    CHECK(terminal.people(PeopleVerb::invite, "bob", "wrong passphrase\n").code == 1);
    CHECK(terminal.people(PeopleVerb::invite, "ada", pass).code == 1);  // a name that is in use
    CHECK(terminal.people(PeopleVerb::invite, "no name", pass).code == 2);
    CHECK(holds(terminal.people(PeopleVerb::invite, "\u0430nn", pass).err,  // its first letter is Cyrillic
                "A person's name has up to 64 letters A-Z and a-z, digits and . _ - @ +. No one was invited. "
                "Give one like that, "
                "for example ada."));
    const auto invited = terminal.people(PeopleVerb::invite, "bob", pass);
    REQUIRE_MESSAGE(invited.code == 0, invited.err);
    CHECK(holds(invited.out,
                "Hand it to bob alone.\nNo approvals page is open now. bob can type the invitation on the "
                "page of a server that is started later.\nOr, with a passphrase, in a terminal"));
    const auto code = code_in(Ran{0, invited.out.substr(invited.out.find("Invitation for")), ""});
    CHECK(terminal.people(PeopleVerb::join, "", "AAAA-AAAA-AAAA\n" + pass + pass).code == 1);
    CHECK(terminal.people(PeopleVerb::join, "", code + "\n" + pass + pass).code == 0);
    CHECK(terminal.people(PeopleVerb::join, "", code + "\n" + pass + pass).code == 1);  // once
    CHECK(terminal.deciding() == Names{"ada", "bob"});
    for (const auto& record : terminal.ledger->journal().value())
        CHECK_FALSE(holds(record.json().dump(), code));

    const auto third = terminal.people(PeopleVerb::invite, "cy", pass, "bob");
    REQUIRE_MESSAGE(third.code == 0, third.err);
    const auto other = code_in(Ran{0, third.out.substr(third.out.find("Invitation for")), ""});
    CHECK(terminal.people(PeopleVerb::join, "", other + "\n" + pass + pass).code == 0);
    CHECK(terminal.deciding() == Names{"ada", "bob"});
    terminal.options.as = "cy";
    CHECK(holds(terminal.decide(pass + "ci-pipeline\n").err, "cy is not confirmed yet"));
    CHECK(terminal.people(PeopleVerb::confirm, "cy", pass, "bob").code == 1);  // who invited
    CHECK(terminal.people(PeopleVerb::confirm, "cy", pass, "cy").code == 1);
    CHECK(terminal.people(PeopleVerb::confirm, "cy", pass, "ada").code == 0);
    CHECK(terminal.decide(pass + "ci-pipeline\n").code == 0);
}

TEST_CASE("an invitation is for a day, and void once who gave it may decide no more") {
    Terminal terminal;
    enrol(*terminal.ledger, {"ada", "bob"});
    auto& ledger = *terminal.ledger;
    const auto kept = cheap_hash();
    REQUIRE(ledger.invite({"code", "cy", "bob", noon + 24h}, noon).has_value());
    CHECK(ledger.enrol_invited("code", kept, noon + 24h).error().code == Errc::denied);
    REQUIRE(ledger.suspend_person("bob", "ada", noon).has_value());
    CHECK(ledger.enrol_invited("code", kept, noon + 1h).error().code == Errc::denied);
    CHECK(ledger.invite({"other", "cy", "bob", noon + 24h}, noon).error().code == Errc::refused);
    REQUIRE(ledger.invite({"third", "cy", "ada", noon + 24h}, noon).has_value());
    CHECK(ledger.enrol_invited("third", kept, noon + 1h)->confirmed);
}

TEST_CASE("who is suspended has nothing left, and the last person stays") {
    Terminal terminal;
    auto& ledger = *terminal.ledger;
    enrol(ledger, {"ada", "bob"});
    const auto pass = their_passphrase + "\n";
    REQUIRE(ledger.add_sign_in_code("code", "bob", noon + 1h, entry("sign_in_code")).has_value());
    const storage::CallerKey key{
        .id = "K1", .hash = "h", .person = "bob", .created = noon, .until = noon + 24h};
    REQUIRE(ledger.add_caller_key(key, entry("caller_key_created"), fakes::no_tokens()).has_value());

    CHECK(terminal.people(PeopleVerb::suspend, "bob", "wrong passphrase\n", "ada").code == 1);
    const auto eve = terminal.people(PeopleVerb::suspend, "eve", pass, "ada");
    CHECK(eve.code == 1);
    CHECK(
        holds(eve.err, "No one of that name is enrolled. No one was suspended. List people and passkeys: "));
    CHECK(terminal.people(PeopleVerb::suspend, "bob", pass, "ada").code == 0);
    CHECK(terminal.deciding() == Names{"ada"});
    CHECK_FALSE(ledger.take_sign_in_code("code", noon)->has_value());
    CHECK(ledger.caller_keys()->front().revoked == noon + 1min);
    terminal.options.as = "bob";
    CHECK(holds(terminal.decide(pass + "ci-pipeline\n").err, "Wrong name or passphrase"));
    CHECK(terminal.people(PeopleVerb::suspend, "ada", pass).code == 1);
    CHECK(terminal.deciding() == Names{"ada"});
    CHECK(ledger.invite({"code", "bob", "ada", noon + 24h}, noon).error().code == Errc::conflict);
}

TEST_CASE("a passphrase is changed by who knows it, and is never a short or a mistyped one") {
    Terminal terminal;
    CHECK(holds(terminal.run(Verb::passphrase, "").err, "Be the first"));
    enrol(*terminal.ledger, {"grace"});
    const std::string pass = their_passphrase + "\n", next = "battery staple correct\n";
    for (const auto& wrong : {pass + "seven77\nseven77\n", pass + next + "battery staple\n", pass + next,
                              next + next + next, std::string{}}) {
        CAPTURE(wrong);
        CHECK(terminal.run(Verb::passphrase, wrong).code == 1);
    }
    CHECK(terminal.run(Verb::passphrase, pass + next + next).code == 0);
    CHECK(terminal.decide(pass + "ci-pipeline\n").code == 1);
    CHECK(terminal.decide(next + "ci-pipeline\n").code == 0);
}

TEST_CASE("rows of people that the journal does not tell of are not believed, and are named") {
    Terminal terminal;
    auto& ledger = *terminal.ledger;
    enrol(ledger, {"ada", "bob", "cy"});
    REQUIRE(ledger.suspend_person("cy", "ada", noon).has_value());
    const auto file = terminal.folder / "ledger.db";
    CHECK(ledger.people_the_journal_does_not_know()->empty());
    CHECK(storage::verify_journal(ledger, fakes::no_tokens()).has_value());
    struct Row {
        const char* what;
        std::string sql;
        Names named, deciding;
    };
    const Row rows[] = {
        {"a person", "INSERT INTO people VALUES ('prs_x', 'eve', '', 1, 1, NULL)", {"eve"}, {"ada", "bob"}},
        {"a suspended one back",
         "UPDATE people SET suspended = NULL WHERE name = 'cy'",
         {"cy"},
         {"ada", "bob"}},
        {"another name", "UPDATE people SET name = 'eve' WHERE name = 'bob'", {"bob", "eve"}, {"ada"}},
        {"another hash",
         "UPDATE credentials SET secret = '" + cheap_hash("eve") + "' WHERE person = 'bob'",
         {"bob"},
         {"ada", "bob"}},
        {"no one at all", "DELETE FROM people", {"ada", "bob", "cy"}, {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const TempFolder copy;
        std::filesystem::copy(terminal.folder.path(), copy.path() / "state",
                              std::filesystem::copy_options::recursive);
        std::filesystem::permissions(copy.path() / "state", std::filesystem::perms::owner_all);
        run_sql(copy.path() / "state" / "ledger.db", row.sql.c_str());
        const auto seen = open_ledger(copy.path() / "state" / "ledger.db");
        CHECK(seen->people_the_journal_does_not_know().value() == row.named);
        Names deciding;
        for (const auto& each : seen->people().value())
            if (each.decides()) deciding.push_back(each.name);
        CHECK(deciding == row.deciding);
        CHECK(seen->anyone_enrolled().value());
        for (const auto& name : row.named) {
            const auto known = seen->begin_guess(name, noon);
            CHECK_FALSE((known && known->has_value()));
        }
        const auto found = storage::verify_journal(*seen, fakes::no_tokens());
        CHECK((found.error().code == Errc::storage && storage::says_changed(found.error())));
    }
    run_sql(file,
            "DROP TRIGGER journal_keeps_its_words; UPDATE journal SET body = replace(body, 'bob', 'eve') "
            "WHERE kind = 'person_enrolled'");
    CHECK(ledger.people().error().code == Errc::storage);
}

TEST_CASE("where the rules want a terminal, a program cannot make a code") {
    Terminal terminal;
    enrol(*terminal.ledger, {"grace"});
    terminal.options.required.tty = true;
    CHECK(terminal.run(Verb::sign_in, their_passphrase + "\n").code == 1);
    CHECK(terminal.run(Verb::passphrase, their_passphrase + "\n").code == 1);
}

TEST_CASE("names of people") {
    for (const auto* name :
         {"", "stdio:grace", "../grace", ".grace", "-grace", "gr ace", "grace\n", "gräce"}) {
        CAPTURE(name);
        CHECK_FALSE(policy::is_person_name(name));
    }
    for (const auto* name : {"grace", "Grace.Hopper", "grace+a@example.com", "_svc", "g"})
        CHECK(policy::is_person_name(name));
    CHECK_FALSE(policy::is_person_name(std::string(65, 'a')));
    CHECK(policy::same_person("ada", "Ada"));
    CHECK_FALSE(policy::same_person("ada", "adda"));
    for (const auto* typed : {"Ada", "adda", "da", "ads", "daa", "ADDA"})
        CHECK(policy::is_slip_for(typed, "ada"));
    for (const auto* typed : {"ada", "bob", "adele", "a"}) CHECK_FALSE(policy::is_slip_for(typed, "ada"));
    CHECK_FALSE(policy::is_slip_for("ci", "cy"));
}

TEST_CASE("a code signs in the person who made it, once, in time, in another process, and no one else") {
    Terminal terminal;
    enrol(*terminal.ledger, {"ada", "bob"});
    const auto pass = their_passphrase + "\n";
    terminal.options.json = true;
    terminal.options.as = "daemon";
    CHECK(terminal.run(Verb::sign_in, pass).code == 1);
    terminal.options.as = "ada";
    CHECK(terminal.run(Verb::sign_in, "wrong\n").code == 1);
    const auto made = terminal.run(Verb::sign_in, pass);
    REQUIRE_MESSAGE(made.code == 0, made.err);
    const auto code = Json::parse(made.out).at("code").get<std::string>();

    auto server = open_ledger(terminal.folder / "ledger.db");
    const auto hash = people::hash_of_sign_in_code(code);
    CHECK_FALSE(
        server->take_sign_in_code(people::hash_of_sign_in_code("AAAA-AAAA-AAAA"), noon + 2min)->has_value());
    CHECK(server->take_sign_in_code(hash, noon + 2min).value() == "ada");
    CHECK_FALSE(server->take_sign_in_code(hash, noon + 2min)->has_value());

    const auto late = terminal.run(Verb::sign_in, pass);
    const auto old = people::hash_of_sign_in_code(Json::parse(late.out).at("code").get<std::string>());
    CHECK_FALSE(server->take_sign_in_code(old, noon + 17min)->has_value());
    for (const auto& record : server->journal().value()) CHECK_FALSE(holds(record.json().dump(), code));

    for (const auto* life : {"", "0s", "61m", "soon"}) {
        CAPTURE(life);
        terminal.options.life = life;
        CHECK(terminal.run(Verb::sign_in, pass).code == 2);
    }
}

TEST_CASE("a code comes with the addresses of the pages that are open") {
    Terminal terminal;
    enrol(*terminal.ledger, {"ada"});
    const auto told = [&] { return terminal.run(Verb::sign_in, their_passphrase + "\n").out; };
    CHECK(holds(told(), "Type it on the approvals page to decide as ada.\n"));
    const auto state = storage::StateDir::open(terminal.folder.path()).value();
    const auto instance = storage::Instance::hold(state, "ins_1").value();
    const people::PageAddress page(terminal.folder.path(), "ins_1", "http://127.0.0.1:8780/approvals");
    CHECK(holds(told(), "to decide as ada:\n  http://127.0.0.1:8780/approvals\n"));
}

TEST_CASE("the person whose passphrase was set first goes on as the first; others are named") {
    Terminal terminal;
    auto& ledger = *terminal.ledger;
    const auto folder = terminal.folder / "approvers";
    std::filesystem::create_directory(folder);
    for (const auto* name : {"ada", "bob", "cy"}) std::ofstream(folder / name) << cheap_hash();
    for (const auto* name : {"gone", "bob", "ada", "bob"})
        REQUIRE(ledger.append(entry("passphrase_set", "", {{"person", name}})).has_value());
    REQUIRE(people::carry_over_passphrase(terminal.folder.path(), ledger, noon).has_value());
    REQUIRE(people::carry_over_passphrase(terminal.folder.path(), ledger, noon).has_value());
    CHECK(terminal.deciding() == Names{"bob"});
    CHECK(people::not_carried_over(terminal.folder.path(), ledger.people().value()) == Names{"ada", "cy"});
    CHECK_FALSE(std::filesystem::exists(folder / "bob"));
    CHECK(terminal.decide(their_passphrase + "\nci-pipeline\n").code == 0);
}

TEST_CASE("a passphrase file that the journal does not know makes no person") {
    Terminal terminal;
    std::filesystem::create_directory(terminal.folder / "approvers");
    std::ofstream(terminal.folder / "approvers" / "eve") << cheap_hash();
    REQUIRE(people::carry_over_passphrase(terminal.folder.path(), *terminal.ledger, noon).has_value());
    CHECK(terminal.deciding().empty());
}

TEST_CASE("the page takes a code that a command made, also after many wrong ones, and knows who came") {
    Page page;
    page.enrolled({"ada"});
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
