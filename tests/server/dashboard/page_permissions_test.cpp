// Standing permissions on the page: given, used without a person, listed, revoked.
#include <doctest/doctest.h>

#include "tests/fakes/page.hpp"

namespace tfy::page_permissions_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using State = policy::Approval::State;

namespace {

const std::string path = "/approvals/api/permissions";

Json wish(const Json& more = Json::object()) {
    Json body = {{"principal", "stdio:alice"}, {"names", "ci-*"}, {"uses", 2},
                 {"longest_life", "30d"},      {"lasts", "60m"},  {"destination", "page"},
                 {"reason", "the release"}};
    body.update(more);
    return body;
}

std::string give(Page& page, const Json& body = wish()) {
    const auto answer = page.post(path, body);
    REQUIRE(answer.status() == 201);
    return answer.json().at("id").get<std::string>();
}

}  // namespace

TEST_CASE("a permission lets matching creates run without a person, each journalled, until it is revoked") {
    Page page;
    page.ask_under({});
    page.sign_in("ann");
    const auto id = give(page);
    CHECK(page.journal().back().kind == "permission_given");
    CHECK(page.journal().back().body.at("given_by") == "ann");
    CHECK(page.journal().back().body.at("names") == "ci-*");

    const auto covered = page.open_create("ci-a");
    CHECK(covered.state() == State::approved);
    CHECK(page.journal().back().kind == "permitted");
    CHECK(page.journal().back().body.at("permission") == id);
    const auto shown = page.get("/approvals/api/approvals/" + covered.id).json();
    CHECK(shown.at("decision").at("permission") == id);
    CHECK(shown.at("decision").at("by") == "ann");
    CHECK(page.open_create("prod-a").state() == State::pending);
    CHECK(page.open_create("ci-b", "stdio:bob").state() == State::pending);

    const auto listed = page.get(path).json();
    REQUIRE(listed.at("permissions").size() == 1);
    CHECK(listed.at("permissions").at(0) ==
          Json{{"id", id},
               {"by", "ann"},
               {"assurance", "signed_in"},
               {"words", "up to 2 tokens named ci-*, each for at most 30 days, for stdio:alice, at " +
                             production +
                             " with the key in use when it was given, with team, account and type left out"},
               {"principal", "stdio:alice"},
               {"base_url", production},
               {"where", "at " + production + " with the key in use when it was given"},
               {"names", "ci-*"},
               {"token_kind", "team, account and type left out"},
               {"longest_life", "30 days"},
               {"destination", "page"},
               {"reason", "the release"},
               {"uses", 2},
               {"used", 1},
               {"given", "2026-11-23T12:00:00.000Z"},
               {"until", "2026-11-23T13:00:00.000Z"}});

    page.sign_in("bob");
    CHECK(page.post(path + "/" + id + "/revoke", Json::object()).status() == 200);
    const auto journal = page.journal();
    const auto& revoked = *std::prev(journal.end(), 2);
    CHECK(revoked.kind == "permission_revoked");
    CHECK(revoked.body.at("revoked_by") == "bob");
    CHECK(revoked.body.at("used") == 1);
    CHECK(journal.back().kind == "withdrawn with its permission");  // approved under it, and not begun
    CHECK(page.wait(page.approvals.find(journal.back().approval_id))->state() == State::withdrawn);
    CHECK(page.get(path).json().at("permissions").empty());
    CHECK(page.open_create("ci-c").state() == State::pending);
    const auto twice = page.post(path + "/" + id + "/revoke", Json::object());
    CHECK(twice.status() == 409);
    CHECK(twice.json().at("error").at("message") ==
          "This permission was revoked already. Nothing was changed.");
    CHECK(page.post(path + "/per_none/revoke", Json::object()).status() == 404);
}

TEST_CASE("a permission that is used up, or whose time is over, is not in force") {
    Page page;
    page.ask_under({});
    page.sign_in("ann");
    give(page, wish({{"uses", 1}}));
    CHECK(page.open_create("ci-a").state() == State::approved);
    CHECK(page.open_create("ci-b").state() == State::pending);
    CHECK(page.get(path).json().at("permissions").empty());
    give(page);
    page.clock.advance(60min);
    page.sign_in("ann");  // the session has been idle for too long
    CHECK(page.open_create("ci-c").state() == State::pending);
    CHECK(page.get(path).json().at("permissions").empty());
}

TEST_CASE("giving and revoking ring at every open page") {
    Page page;
    page.sign_in("ann");
    const auto before = page.approvals.revision();
    const auto id = give(page);
    const auto given = page.approvals.revision();
    CHECK(given > before);
    page.post(path + "/" + id + "/revoke", Json::object());
    CHECK(page.approvals.revision() > given);
}

TEST_CASE("what is no permission is refused with its reason, and none is given") {
    struct Row {
        const char* name;
        Json change;
        const char* words;
    };
    const Row rows[] = {
        {"no principal", {{"principal", ""}}, "Name one principal"},
        {"the person's own", {{"principal", "ann"}}, "You cannot give a permission to yourself"},
        {"no caller's name",
         {{"principal", "alice"}},
         "No caller is called alice: they are stdio:USER, http:"},
        {"no key's", {{"principal", "key:K7Q29FXM"}}, "There is no key of this server for key:K7Q29FXM."},
        {"every name", {{"names", "*"}}, "must begin with fixed characters"},
        {"no number", {{"uses", "5"}}, "must be a whole number"},
        {"below zero", {{"uses", -1}}, "must be a whole number"},
        {"none", {{"uses", 0}}, "from 1 to 100"},
        {"many", {{"uses", 101}}, "from 1 to 100"},
        {"no period", {{"lasts", "an hour"}}, "The permission's duration must be a number and a unit"},
        {"too long", {{"lasts", "13h"}}, "12 hours"},
        {"no life", {{"longest_life", ""}}, "The tokens' life must be"},
        {"too long a life", {{"longest_life", "91d"}}, "90 days"},
        {"nowhere", {{"destination", "everybody"}}, "page, agent or none"},
        {"no text", {{"names", 7}}, "'names' must be text"},
        {"a long reason", {{"reason", std::string(501, 'x')}}, "reason"},
    };
    Page page;
    page.sign_in("ann");
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto answer = page.post(path, wish(row.change));
        const auto text = answer.text();
        CAPTURE(text);
        CHECK(answer.status() == 422);
        CHECK(text.find(row.words) != std::string::npos);
        CHECK(text.find("No permission was given.") != std::string::npos);
    }
    page.key = "another";
    CHECK(page.post(path, wish()).status() == 401);
    CHECK(page.get(path).status() == 401);
    CHECK(page.post(path + "/per_a/revoke", Json::object()).status() == 401);
    CHECK(page.journal().empty());
}

TEST_CASE("a token's value never gets into a permission") {
    Page page;
    page.sign_in("ann");
    page.hold();
    CHECK(page.post(path, wish({{"names", "ci-" + token_value}})).status() == 422);
    const auto id = give(page, wish({{"reason", "for " + token_value}}));
    auto look = [id](storage::Ledger& ledger) { return ledger.find_permission(id); };
    const auto stored = page.wait(page.store.run(std::move(look))).value().value();
    CHECK(stored.reason.starts_with("for [redacted:access-token"));
    CHECK(page.journal().back().body.dump().find(token_value) == std::string::npos);
}

}  // namespace tfy::page_permissions_test
