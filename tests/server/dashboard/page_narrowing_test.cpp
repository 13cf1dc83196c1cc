// What several people do with one request on the page: the quorum, and changing what is asked before it is
// approved.
#include <doctest/doctest.h>

#include "tests/fakes/page.hpp"

namespace tfy::page_narrowing_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using State = policy::Approval::State;

namespace {

const std::string narrow_path = "/approvals/api/approvals/";

CapturedAnswer narrow(Page& page, const policy::Approval& approval, const Json& more) {
    Json body = {{"digest", approval.digest()}};
    body.update(more);
    return page.post(narrow_path + approval.id + "/narrow", body);
}

CapturedAnswer approve(Page& page, const Json& view) {
    return page.post(narrow_path + view.at("id").get<std::string>() + "/approve",
                     {{"digest", view.at("digest")},
                      {"typed_name", view.at("facts").at("subject")},
                      {"destination", "page"},
                      {"reason", ""}});
}

}  // namespace

TEST_CASE("a request's time is extended on the page once, by who may deny it, and it is journalled") {
    Page page;
    page.ask_under({.approvers = {"ann", "bob"}, .quorum = 2});
    const auto made = page.open_create("ci-pipeline");
    const auto path = "/approvals/api/approvals/" + made.id;
    page.sign_in("dora");
    CHECK(page.get(path).json().at("may_extend") == false);
    CHECK(page.post(path + "/extend", Json::object()).status() == 403);
    page.sign_in("ann");
    CHECK(page.get(path).json().at("may_extend") == true);
    const auto longer = page.post(path + "/extend", Json::object());
    CHECK(longer.status() == 200);
    CHECK(longer.json().at("extended").at("by") == "ann");
    CHECK(longer.json().at("request_expires_at") ==
          policy::format_time(made.expires + (made.expires - made.created)));
    CHECK(longer.json().at("may_extend") == false);
    page.sign_in("bob");
    CHECK(page.post(path + "/extend", Json::object()).status() == 403);
    const auto records = page.get("/approvals/api/journal").json().at("records");
    CHECK(records.back().at("kind") == "extended");
    CHECK(records.back().at("body").at("extended_by") == "ann");
    page.clock.advance(made.expires - made.created);
    CHECK(page.get(path).json().at("state") == "pending");
}

TEST_CASE("two people approve on the page; one alone, or twice, is not enough, and a stranger cannot") {
    Page page;
    page.ask_under({.approvers = {"ann", "bob"}, .quorum = 2});
    const auto made = page.open_create("ci-pipeline");
    const auto path = "/approvals/api/approvals/" + made.id;

    page.sign_in("dora");
    CHECK(page.get(path).json().at("may_decide").at("approve") == false);
    CHECK(approve(page, page.get(path).json()).status() == 403);
    CHECK(page.post(path + "/deny", {{"reason", "no"}}).status() == 403);
    CHECK(narrow(page, made, {{"name", "ci-other"}}).status() == 403);

    page.sign_in("ann");
    const auto first = approve(page, page.get(path).json());
    CHECK(first.status() == 200);
    CHECK(first.json().at("state") == "pending");
    CHECK(first.json().at("votes").at(0).at("by") == "ann");
    CHECK(first.json().at("may_decide").at("approve") == false);
    const auto twice = approve(page, first.json());
    CHECK(twice.status() == 403);
    CHECK(twice.text().find("ann has already approved this request") != std::string::npos);

    page.sign_in("bob");
    CHECK(page.get(path).json().at("may_decide") ==
          Json{{"approve", true}, {"deny", true}, {"why_not", nullptr}});
    CHECK(approve(page, page.get(path).json()).json().at("state") == "approved");
    CHECK(page.get(path).json().at("may_decide").is_null());
}

TEST_CASE("a request cannot be changed into what another open one asks for") {
    Page page;
    page.ask_under({});
    const auto first = page.open_create("ci-pipeline");
    const auto other = page.open_create("ci-other");
    page.sign_in("ann");
    const auto refused = narrow(page, other, {{"name", "ci-pipeline"}});
    CHECK(refused.status() == 409);
    CHECK(refused.text().find("Another open request already asks for exactly that") != std::string::npos);
    CHECK(page.get(narrow_path + other.id).json().at("digest") == other.digest());
    CHECK(page.post(narrow_path + first.id + "/deny", {{"reason", "no"}}).status() == 200);
    CHECK(narrow(page, other, {{"name", "ci-pipeline"}}).status() == 200);
}

TEST_CASE("what was changed is shown, and approved only as it is now") {
    Page page;
    page.ask_under({.quorum = 2});
    const auto made = page.open_create("ci-pipeline");
    page.sign_in("ann");
    const auto voted = approve(page, page.get(narrow_path + made.id).json()).json();
    CHECK(voted.at("votes").size() == 1);
    CHECK(voted.at("may_narrow") == Json{{"name", true}, {"expiration", true}, {"team", true}});

    const auto answer =
        narrow(page, made, {{"name", "ci-smaller"}, {"expiration", "5 days"}, {"team", "builds"}});
    REQUIRE(answer.status() == 200);
    const auto now = answer.json();
    CHECK(now.at("state") == "pending");
    CHECK(now.at("votes").empty());
    CHECK(now.at("digest") != made.digest());
    CHECK(now.at("facts").at("subject") == "ci-smaller");
    CHECK(now.at("narrowings").at(0).at("approved") == "ci-smaller");
    CHECK(now.at("narrowings").at(1) == Json{{"by", "ann"},
                                             {"at", "2026-11-23T12:00:00.000Z"},
                                             {"argument", "payload.teamName"},
                                             {"asked", nullptr},
                                             {"approved", "builds"}});
    CHECK(now.at("narrowings").at(2) == Json{{"by", "ann"},
                                             {"at", "2026-11-23T12:00:00.000Z"},
                                             {"argument", "payload.expirationDate"},
                                             {"asked", in_ten_days},
                                             {"approved", "2026-11-28T23:59:59.000Z"}});
    CHECK(now.at("facts").at("effect").get<std::string>().find("Owner: team \"builds\"") !=
          std::string::npos);
    CHECK(page.journal().back().kind == "narrowed");

    auto old = now;
    old["digest"] = made.digest();
    CHECK(approve(page, old).status() == 409);
    CHECK(approve(page, now).status() == 200);
    page.sign_in("bob");
    CHECK(approve(page, now).json().at("state") == "approved");
    const auto stored = page.wait(page.approvals.find(made.id)).value();
    CHECK(stored.call.arguments.at("payload").at("name") == "ci-smaller");
}

TEST_CASE("a change that cannot be made says why, and changes nothing") {
    struct Row {
        const char* name;
        Json body;
        int status;
        const char* words;
    };
    const Row rows[] = {
        {"nothing", Json::object(), 422, "Give another name, expiry or team"},
        {"blanks", {{"name", " "}, {"expiration", nullptr}}, 422, "Give another name, expiry or team"},
        {"no text", {{"name", 7}}, 422, "'name' must be text"},
        {"too long", {{"expiration", std::string(2001, 'x')}}, 422, "'expiration' must be text"},
        {"no digest", {{"digest", ""}, {"name", "ci-b"}}, 422, "Reload the page"},
        {"another digest", {{"digest", "sha256:00"}, {"name", "ci-b"}}, 409, "Look at it again"},
        {"no name", {{"name", "Not A Name"}}, 422, "name"},
        {"later", {{"expiration", "20 days"}}, 422, "it may expire earlier, not later"},
        {"past", {{"expiration", "2026-01-01"}}, 422, "not in the future"},
        {"no time", {{"expiration", "soon"}}, 422, "cannot be read"},
        {"the same", {{"name", "ci-pipeline"}}, 422, "This changes nothing"},
        {"taken", {{"name", "ci-taken"}}, 409, "There is a token named ci-taken already"},
        {"another rule applies", {{"name", "prod-a"}}, 422, "another rule applies"},
    };
    Page page;
    page.gate.replace({.rules = {{.names = {"prod-*"}, .reason_required = true}, {}}});
    page.plane.handle("POST", "/api/svc/v1/personal-access-tokens", sandbox::sandbox_key,
                      R"({"name":"ci-taken"})");
    const auto made = page.open_create("ci-pipeline");
    page.sign_in("ann");
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto answer = narrow(page, made, row.body);
        const auto text = answer.text();
        CAPTURE(text);
        CHECK(answer.status() == row.status);
        CHECK(text.find(row.words) != std::string::npos);
        CHECK(page.wait(page.approvals.find(made.id)).value().digest() == made.digest());
    }
    CHECK(page.journal().size() == 1);

    const auto path = narrow_path + made.id + "/narrow";
    const Json good = {{"digest", made.digest()}, {"name", "ci-b"}};
    const auto key = std::exchange(page.key, "another");
    CHECK(page.post(path, good).status() == 401);
    page.key = key;
    CHECK(page.post(narrow_path + "apr_none/narrow", good).status() == 404);

    const auto other = page.ask(approval("apr_delete"));  // of a tool that is not here as it was asked for
    CHECK(narrow(page, other, {{"name", "ci-b"}}).status() == 409);
    CHECK(page.get(narrow_path + "apr_delete").json().at("may_narrow").is_null());

    CHECK(page.post(narrow_path + made.id + "/deny", {{"reason", "no"}}).status() == 200);
    CHECK(narrow(page, made, {{"name", "ci-b"}}).status() == 409);
    const auto late = page.open_create("ci-late");
    page.clock.advance(15min);
    CHECK(narrow(page, late, {{"name", "ci-b"}}).status() == 410);
}

}  // namespace tfy::page_narrowing_test
