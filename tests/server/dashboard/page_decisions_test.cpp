// What comes of what a person does on the page: decisions, the live list, and the one showing of a value.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>

#include "tests/fakes/page.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::page_decisions_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

TEST_CASE("an approval is written with the person, how surely, and where the value goes") {
    Page page;
    page.sign_in();
    const auto made = page.ask_create("apr_a");
    auto body = approving(made);
    body["destination"] = "agent";
    const auto answer = page.post("/approvals/api/approvals/apr_a/approve", body);
    CHECK(answer.status() == 200);
    CHECK(answer.json().at("state") == "approved");
    CHECK(answer.json().at("decision").at("by") == "grace");
    CHECK(answer.json().at("decision").at("assurance") == "signed_in");
    CHECK(answer.json().at("decision").at("destination") == "agent");
    CHECK(page.wait(page.approvals.find("apr_a")).value().state() == policy::Approval::State::approved);
}

TEST_CASE("before an approval and in the answer to it the page says whether the call runs in this process") {
    for (const bool runs : {false, true}) {
        Page page;
        page.runs_approved = runs;
        page.sign_in();
        const auto would_run = [&](const char* id) {
            return page.get("/approvals/api/approvals/" + std::string(id)).json().at("would_run") == true;
        };
        auto body = approving(page.ask_create("apr_a"));
        CHECK(would_run("apr_a") == runs);
        page.ask(approval("apr_b", "another-token"));  // shows no value
        CHECK_FALSE(would_run("apr_b"));
        body["destination"] = "page";
        CHECK(page.post("/approvals/api/approvals/apr_a/approve", body).json().at("runs_now") == runs);
        CHECK_FALSE(page.get("/approvals/api/approvals/apr_a").json().contains("runs_now"));
        CHECK_FALSE(would_run("apr_a"));
    }
}

TEST_CASE("a decision that cannot stand says why, and nothing is decided") {
    struct Row {
        const char* name;
        void (*before)(Page& page, policy::Approval& approval, Json& body);
        int status;
    };
    const Row rows[] = {
        {"name not typed", [](Page&, policy::Approval&, Json& body) { body["typed_name"] = "ci"; }, 422},
        {"another digest", [](Page&, policy::Approval&, Json& body) { body["digest"] = "sha256:00"; }, 409},
        {"too late", [](Page& page, policy::Approval&, Json&) { page.clock.advance(15min); }, 410},
        {"a passkey is wanted",
         [](Page&, policy::Approval& approval, Json&) {
             policy::ApprovalForTests::terms(approval).min_assurance = policy::Assurance::passkey;
         },
         403},
        {"a reason is wanted",
         [](Page&, policy::Approval& approval, Json&) {
             policy::ApprovalForTests::terms(approval).reason_required = true;
         },
         422},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Page page;
        page.sign_in();
        auto made = approval("apr_a");
        auto body = approving(made);
        row.before(page, made, body);
        page.ask(made);
        const auto answer = page.post("/approvals/api/approvals/apr_a/approve", body);
        CHECK(answer.status() == row.status);
        CHECK_FALSE(answer.json().at("error").at("message").get<std::string>().empty());
        CHECK_FALSE(page.wait(page.approvals.find("apr_a")).value().decision().has_value());
    }
    Page page;
    page.sign_in();
    CHECK(page.post("/approvals/api/approvals/apr_none/approve", approving(approval("apr_none"))).status() ==
          404);
    CHECK(page.get("/approvals/api/approvals/apr_none").status() == 404);
}

TEST_CASE("a denial needs a reason, and the first decision stands") {
    Page page;
    page.sign_in();
    const auto made = page.ask(approval("apr_a"));
    for (const auto& reason : {Json(" \n"), Json(""), Json(nullptr), Json(7)})
        CHECK(page.post("/approvals/api/approvals/apr_a/deny", {{"reason", reason}}).status() == 422);

    const auto denied = page.post("/approvals/api/approvals/apr_a/deny", {{"reason", "still used"}});
    CHECK(denied.status() == 200);
    CHECK(denied.json().at("state") == "denied");
    CHECK(denied.json().at("decision").at("reason") == "still used");
    CHECK(page.post("/approvals/api/approvals/apr_a/approve", approving(made)).status() == 409);
    CHECK(page.wait(page.approvals.find("apr_a")).value().state() == policy::Approval::State::denied);
}

TEST_CASE("the list has what is open, and on request the last thirty others too") {
    Page page;
    page.sign_in();
    for (int each = 0; each < 35; ++each) {
        const auto id = "apr_" + std::to_string(each);
        page.ask(approval(id, "token-" + std::to_string(each)));
        page.post("/approvals/api/approvals/" + id + "/deny", {{"reason", "no"}});
    }
    page.ask(approval("apr_open"));

    const auto open = page.get("/approvals/api/approvals").json();
    CHECK(open.at("approvals").size() == 1);
    CHECK(open.at("approvals").at(0).at("id") == "apr_open");
    CHECK(open.at("now") == "2026-11-23T12:00:00.000Z");
    CHECK(open.at("revision") == page.approvals.revision());
    CHECK(page.get("/approvals/api/approvals", "all=1").json().at("approvals").size() == 31);
    CHECK(page.get("/approvals/api/approvals/apr_0").json().at("state") == "denied");
}

TEST_CASE(
    "the inbox has all that wait as lines, oldest first, a page of 250 at a time; only for who is signed "
    "in") {
    Page page;
    CHECK(page.get("/approvals/api/rows").status() == 401);
    page.sign_in();
    for (int each = 0; each < 260; ++each)
        page.ask(approval("apr_" + std::to_string(each), "token-" + std::to_string(each),
                          "stdio:caller-" + std::to_string(each % 7)));
    page.ask(approval("apr_over", "token-over", "stdio:over"));
    page.post("/approvals/api/approvals/apr_over/deny", {{"reason", "no"}});

    const auto first = page.get("/approvals/api/rows").json();
    CHECK(first.at("waiting") == 260);
    CHECK(first.at("more") == 10);
    CHECK(first.at("now") == "2026-11-23T12:00:00.000Z");
    CHECK(first.at("revision") == page.approvals.revision());
    REQUIRE(first.at("rows").size() == 250);
    CHECK(first.at("rows").at(0).at("id") == "apr_0");
    CHECK(first.at("rows").at(0).at("verb") == "Delete");
    const auto rest = page.get("/approvals/api/rows", "after=apr_249").json();
    CHECK(rest.at("more") == 0);
    REQUIRE(rest.at("rows").size() == 10);
    CHECK(rest.at("rows").at(9).at("id") == "apr_259");
    CHECK(page.get("/approvals/api/rows", "after=apr_none").status() == 404);
}

TEST_CASE("no open request is hidden: they come in pages, and each page says how many there are") {
    Page page;
    page.sign_in();
    for (int each = 0; each < 120; ++each)
        page.ask(approval("apr_" + std::to_string(each), "token-" + std::to_string(each),
                          each % 2 == 0 ? "stdio:alice" : "stdio:bob"));
    std::vector<std::string> seen;
    std::string query = "all=1";
    for (const std::size_t more : {70, 20, 0}) {
        const auto answer = page.get("/approvals/api/approvals", query).json();
        CHECK(answer.at("waiting") == 120);
        CHECK(answer.at("more") == more);
        for (const auto& each : answer.at("approvals")) seen.push_back(each.at("id").get<std::string>());
        query = "after=" + seen.back();
    }
    REQUIRE(seen.size() == 120);
    for (int each = 0; each < 120; ++each)
        CHECK(seen[static_cast<std::size_t>(each)] == "apr_" + std::to_string(each));
    CHECK(page.get("/approvals/api/approvals", "after=apr_none").status() == 404);
}

TEST_CASE("the stream tells the revision at once and after each change, and ends with the session") {
    Page page;
    page.sign_in();
    page.ask(approval("apr_a"));
    CapturedAnswer answer;
    bool done = false;
    transport::HttpRequest request{
        .method = "GET", .path = "/approvals/api/events", .headers = {{"x-page-key", page.key}}};
    boost::asio::co_spawn(page.loop, page.dashboard.handle(request, answer),
                          [&](std::exception_ptr) { done = true; });
    while (answer.events.empty()) page.step();
    CHECK(Json::parse(answer.events[0]) == Json{{"revision", page.approvals.revision()}});

    page.post("/approvals/api/approvals/apr_a/deny", {{"reason", "no"}});
    while (answer.events.size() < 2) page.step();
    CHECK(Json::parse(answer.events[1]) == Json{{"revision", page.approvals.revision()}});

    page.ask(approval("apr_b", "other"));
    page.wait(page.people.sign_out(page.key)).value();
    const auto denied = page.wait(page.approvals.withdraw("apr_b", "test"));
    CHECK(denied.has_value());
    while (!done) page.step();
    CHECK(answer.ended);
    CHECK(answer.events.size() == 2);
}

TEST_CASE("the stream stops where the browser is gone") {
    Page page;
    page.sign_in();
    CapturedAnswer leaving;
    leaving.peer_leaves_after = 1;
    const auto answer =
        page.send({.method = "GET", .path = "/approvals/api/events", .headers = {{"x-page-key", page.key}}},
                  std::move(leaving));
    CHECK(answer.events.size() == 1);
    CHECK_FALSE(answer.ended);
}

namespace {

/// What a claim by this person comes to; Errc{} where they got it.
Async<Errc> claimed_by(Page& page, std::string reveal_id, std::string person) {
    const auto human = policy::HumanForTests::make(std::move(person), policy::Assurance::signed_in);
    const auto claimed = co_await page.reveals.claim_for(std::move(reveal_id), human);
    co_return claimed ? Errc{} : claimed.error().code;
}

}  // namespace

TEST_CASE("a value is shown once, to a POST with this session's nonce") {
    Page page;
    page.sign_in("ada");
    const auto reveal_id = page.hold();
    const auto address = "/approvals/api/reveals/" + reveal_id;
    const auto others_nonce = page.get("/approvals/api/reveals").json().at("reveals").at(0).at("nonce");

    page.sign_in("mallory");  // signed in, and none of those who approved it
    CHECK(page.get("/approvals/api/reveals").json().at("reveals").empty());
    CHECK(page.post(address, {{"nonce", others_nonce}}).status() == 403);
    CHECK(page.wait(claimed_by(page, reveal_id, "mallory")) == Errc::not_found);

    page.sign_in("grace");
    const auto waiting = page.get("/approvals/api/reveals");
    const auto held = waiting.json().at("reveals").at(0);
    CHECK(waiting.text().find(token_value) == std::string::npos);
    CHECK(held.at("reveal_id") == reveal_id);
    CHECK(held.at("token_name") == "ci-pipeline");
    CHECK(held.at("until") == "2026-11-23T12:10:00.000Z");

    CHECK(page.post(address, Json::object()).status() == 403);
    CHECK(page.post(address, {{"nonce", 7}}).status() == 403);
    CHECK(page.post(address, {{"nonce", others_nonce}}).status() == 403);

    const auto shown = page.post(address, {{"nonce", held.at("nonce")}});
    CHECK(shown.status() == 200);
    CHECK(shown.json() == Json{{"value", token_value}});
    CHECK(shown.header("Cache-Control") == "no-store");

    const auto again = page.post(address, {{"nonce", held.at("nonce")}});
    CHECK(again.status() == 410);
    CHECK(again.text().find("delete the old token and create a new one") != std::string::npos);
    CHECK(page.get("/approvals/api/reveals").json().at("reveals").empty());
    CHECK(page.post("/approvals/api/reveals/rev_unknown", {{"nonce", "x"}}).status() == 410);
}

TEST_CASE("a known value does not leave through the page's other doors") {
    Page page;
    page.sign_in();
    page.hold();
    auto made = approval("apr_a");
    made.agent_reason = "because " + token_value;
    made.call.arguments["note"] = token_value;
    page.ask(made);
    const auto listed = page.get("/approvals/api/approvals", "all=1");
    CHECK(listed.status() == 200);
    CHECK(listed.text().find(token_value) == std::string::npos);
    CHECK(listed.text().find("[redacted:access-token") != std::string::npos);
}

}  // namespace tfy::page_decisions_test
