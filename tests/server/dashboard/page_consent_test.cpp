// A program asks to act for a person: what they are shown, and that only their own answer here gives it a
// code.
#include <doctest/doctest.h>

#include "policy/base64url.hpp"
#include "protocol/percent_encoded.hpp"
#include "server/oauth/form.hpp"
#include "server/oauth/values.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::page_consent_test {
namespace {

using namespace std::chrono_literals;
using fakes::claude_id;
using fakes::Page;

const std::string callback = "https://claude.ai/api/mcp/auth_callback";
const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

std::string query(const std::vector<std::pair<std::string, std::string>>& others = {}) {
    std::vector<std::pair<std::string, std::string>> all = {
        {"response_type", "code"},
        {"client_id", claude_id},
        {"redirect_uri", callback},
        {"state", "s-1 &x"},
        {"code_challenge", policy::sha256_base64url(verifier)},
        {"code_challenge_method", "S256"}};
    for (const auto& [name, value] : others) {
        std::erase_if(all, [&name = name](const auto& each) { return each.first == name; });
        all.emplace_back(name, value);
    }
    return protocol::form_of({all.begin(), all.end()});
}

struct Consenting : Page {
    Consenting() {
        enrolled({"grace", "ada"});
        sign_in("grace");
    }
    fakes::CapturedAnswer ask(const std::string& text = query()) {
        return post("/approvals/api/consent", {{"query", text}});
    }
    Json question(const std::string& text = query()) { return ask(text).json().at("question"); }
    fakes::CapturedAnswer allow(const Json& asked, const std::string& text = query(),
                                bool may_request = true) {
        return post("/approvals/api/consent/allow",
                    {{"query", text}, {"pending", asked.at("pending")}, {"may_request", may_request}});
    }
    fakes::CapturedAnswer deny(const std::string& text = query()) {
        return post("/approvals/api/consent/deny", {{"query", text}});
    }
    Json grants() { return get("/approvals/api/grants").json().at("grants"); }
    void registered(const std::string& id, storage::OAuthClientRow::Kind kind, const std::string& redirect) {
        in_ledger([&](storage::Ledger& ledger) {
            storage::OAuthGrants(ledger)
                .add_client({.id = id,
                             .kind = kind,
                             .name = "Own",
                             .redirect_uris = {redirect},
                             .created = clock.now()},
                            fakes::entry("client_registered"), fakes::no_tokens())
                .value();
        });
    }
};

std::string message_of(const fakes::CapturedAnswer& answer) {
    return answer.json().at("error").at("message").get<std::string>();
}
bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a person sees which host asks, what it claims, where the answer goes and until when") {
    Consenting page;
    const auto asked = page.question();
    CHECK(asked.at("host") == "claude.ai");
    CHECK(asked.at("name") == "Claude");
    CHECK(asked.at("answer_to") == "claude.ai");
    CHECK(asked.at("loopback") == false);
    CHECK(asked.at("may_request") == true);
    CHECK(asked.at("person") == "grace");
    CHECK(asked.at("until") == "2027-02-21T12:00:00.000Z");
    CHECK(page.grants().empty());
    const auto local =
        page.question(query({{"redirect_uri", "http://localhost:7777/callback"}, {"scope", "tokens:read"}}));
    CHECK(local.at("answer_to") == "localhost");
    CHECK(local.at("loopback") == true);
    CHECK(local.at("may_request") == false);
}

TEST_CASE("what a client calls itself is shown as it is written, and short") {
    Consenting page;
    page.documents.put(fakes::client_document(claude_id,
                                              "\xe2\x80\xae"
                                              "edualC<b>\n" +
                                                  std::string(2000, 'x')));
    const auto name = page.question().at("name").get<std::string>();
    CHECK(
        name.starts_with("\xe2\x9f\xa8U+202E\xe2\x9f\xa9"
                         "edualC<b> xxx"));
    CHECK(name.size() < 200);
}

TEST_CASE("Allow gives a code to the client's address, once, and the grant is listed until it is revoked") {
    Consenting page;
    const auto asked = page.question();
    const auto allowed = page.allow(asked);
    REQUIRE(allowed.status() == 200);
    const auto address = allowed.json().at("address").get<std::string>();
    REQUIRE(address.starts_with(callback + "?"));
    const auto form = oauth::read_form(address.substr(callback.size() + 1)).value();
    CHECK_FALSE(form.contains("state"));  // the page adds it
    CHECK(form.at("iss") == fakes::own_origin);
    const auto code = form.at("code");
    CHECK(code.size() == 43);

    const auto twice = page.allow(asked);
    CHECK(twice.status() == 409);
    CHECK(page.grants().size() == 1);

    const auto record = page.journal().back();
    CHECK(record.kind == "grant_given");
    CHECK(record.body.dump().find(code) == std::string::npos);
    CHECK(record.body.at("client_id") == claude_id);
    CHECK(record.body.at("person") == "grace");

    const auto grant = page.grants().at(0);
    CHECK(grant.at("host") == "claude.ai");
    CHECK(grant.at("may_request") == true);
    const auto revoke = "/approvals/api/grants/" + grant.at("id").get<std::string>() + "/revoke";
    page.sign_in("ada");
    CHECK(page.grants().empty());
    CHECK(page.post(revoke, Json::object()).status() == 404);
    page.sign_in("grace");
    CHECK(page.post(revoke, Json::object()).status() == 204);
    CHECK(page.grants().empty());
    CHECK(page.post(revoke, Json::object()).status() == 409);
    CHECK(page.journal().back().kind == "grant_revoked");
}

TEST_CASE("open pages and waiting calls are told that a program's request went with its grant") {
    Consenting page;
    REQUIRE(page.allow(page.question()).status() == 200);
    page.Page::ask(fakes::approval("apr_theirs", "ci-pipeline", "oauth:grace/" + claude_id));
    fakes::CapturedAnswer stream;
    bool done = false;
    transport::HttpRequest request{
        .method = "GET", .path = "/approvals/api/events", .headers = {{"x-page-key", page.key}}};
    boost::asio::co_spawn(page.loop, page.dashboard.handle(request, stream),
                          [&](std::exception_ptr) { done = true; });
    while (stream.events.empty()) page.step();
    std::optional<policy::Approval::State> told;
    boost::asio::co_spawn(
        page.loop,
        page.approvals.wait("apr_theirs", policy::Approval::State::pending, page.clock.now() + 10min),
        [&](std::exception_ptr, Result<approvals::Approvals::Waited> ended) {
            told = ended.value().approval.state();
        });

    const auto id = page.grants().at(0).at("id").get<std::string>();
    REQUIRE(page.post("/approvals/api/grants/" + id + "/revoke", Json::object()).status() == 204);
    while (stream.events.size() < 2 || !told) page.step();
    CHECK(told == policy::Approval::State::withdrawn);
    CHECK(page.get("/approvals/api/rows").json().at("rows").empty());

    page.wait(page.people.sign_out(page.key)).value();
    page.approvals.ring();
    while (!done) page.step();
}

TEST_CASE("a person can leave out asking for changes, and cannot add it") {
    Consenting page;
    REQUIRE(page.allow(page.question(), query(), false).status() == 200);
    CHECK(page.grants().at(0).at("may_request") == false);
    const auto reading = query({{"scope", "tokens:read"}});
    REQUIRE(page.allow(page.question(reading), reading, true).status() == 200);
    CHECK(page.grants().at(0).at("may_request") == false);
}

TEST_CASE("an answer counts in the session that was asked, for ten minutes, for what was shown") {
    Consenting page;
    const auto asked = page.question();
    const auto other = query({{"state", "s-2"}});
    CHECK(page.allow(asked, other).status() == 403);
    CHECK(page.allow({{"pending", "x"}}).status() == 403);
    CHECK(page.allow({{"pending", ""}}).status() == 403);

    const auto key = page.key;
    page.sign_in("grace");  // a session of its own
    CHECK(page.allow(asked).status() == 403);
    page.sign_in("ada");
    CHECK(page.allow(asked).status() == 403);
    page.key.clear();
    CHECK(page.allow(asked).status() == 401);
    page.key = key;

    page.clock.advance(61min);  // the document is looked at anew
    page.documents.put(fakes::client_document(claude_id, "Other"));
    page.sign_in("grace");
    const auto before = page.question();
    page.clock.advance(10min);
    CHECK(page.allow(before).status() == 403);
    const auto changed = page.question();
    page.documents.put(fakes::client_document(claude_id, "Another"));
    page.clock.advance(9min);
    CHECK(page.allow(changed).status() == 200);  // what was fetched counts for an hour
    CHECK(page.grants().size() == 1);
}

TEST_CASE("a client that changed after it was shown is shown anew") {
    Consenting page;
    page.documents.answer->max_age = 300s;
    const auto asked = page.question();
    page.documents.put(fakes::client_document(claude_id, "Another"));
    page.clock.advance(6min);
    CHECK(page.allow(asked).status() == 403);
    CHECK(page.grants().empty());
    CHECK(page.allow(page.question()).status() == 200);
}

TEST_CASE("an unknown client or another address is said on the page, and nothing leads away") {
    Consenting page;
    for (const auto& text :
         {query({{"client_id", "cl_unknown"}}), query({{"client_id", "https://evil.example/c.json"}}),
          query({{"redirect_uri", "https://evil.example/cb"}}), query({{"redirect_uri", callback + "/"}}),
          query() + "&state=x", query({{"client_id", ""}})})
        for (const auto& answer : {page.ask(text), page.deny(text), page.allow({{"pending", "x"}}, text)}) {
            CHECK(answer.status() >= 400);
            CHECK(answer.status() < 500);
            CHECK_FALSE(answer.text().find("\"address\"") != std::string::npos);
            CHECK(holds(message_of(answer), "Nothing was allowed"));
        }
    CHECK(page.ask(query() + "&state=x").status() == 400);
    CHECK(page.ask(query({{"client_id", "cl_unknown"}})).status() == 404);
    CHECK(holds(message_of(page.ask(query({{"redirect_uri", "https://evil.example/cb"}}))), "evil.example"));
}

TEST_CASE("other faults are told to the client, and so is a person's no") {
    Consenting page;
    const auto back = page.ask(query({{"code_challenge_method", "plain"}})).json().at("back");
    const auto address = back.at("address").get<std::string>();
    REQUIRE(address.starts_with(callback + "?"));
    const auto form = oauth::read_form(address.substr(callback.size() + 1)).value();
    CHECK(form.at("error") == "invalid_request");
    CHECK_FALSE(form.contains("state"));  // the page adds it
    CHECK(form.at("iss") == fakes::own_origin);
    CHECK_FALSE(form.contains("code"));
    CHECK(back.at("at_once") == true);
    CHECK(page.allow({{"pending", "x"}}, query({{"code_challenge_method", "plain"}})).status() == 403);

    const auto no = page.deny().json().at("back");
    CHECK(no.at("error") == "access_denied");
    CHECK(no.at("at_once") == true);
    CHECK(page.ask(query({{"resource", "https://evil.example/mcp"}})).json().at("back").at("error") ==
          "invalid_target");
    CHECK(
        page.ask(query({{"resource", std::string(fakes::own_origin) + "/mcp"}})).json().contains("question"));
    CHECK(page.grants().empty());
}

// An address that anyone may have registered is not gone to unasked: this server would be an open redirector.
TEST_CASE("faults of a client that registered itself are not told to its address unasked") {
    using Kind = storage::OAuthClientRow::Kind;
    Consenting page;
    page.registered("cl_own", Kind::registered, "https://own.example/cb");
    page.registered("cl_local", Kind::registered, "http://127.0.0.1/cb");
    page.registered("cl_listed", Kind::listed, "https://gateway.example/cb");
    const auto at_once = [&](const char* id, const char* redirect) {
        const auto text = query({{"client_id", id}, {"redirect_uri", redirect}, {"response_type", "token"}});
        return page.ask(text).json().at("back").at("at_once").get<bool>();
    };
    CHECK_FALSE(at_once("cl_own", "https://own.example/cb"));
    CHECK(at_once("cl_local", "http://127.0.0.1:4000/cb"));
    CHECK(at_once("cl_listed", "https://gateway.example/cb"));
    const auto own =
        page.question(query({{"client_id", "cl_own"}, {"redirect_uri", "https://own.example/cb"}}));
    CHECK(own.at("host").is_null());
    CHECK(own.at("listed") == false);
}

TEST_CASE("only who is signed in makes this server fetch a document, and not too often") {
    Consenting page;
    const auto key = std::exchange(page.key, "");
    CHECK(page.ask().status() == 401);
    const auto opened = page.get("/oauth/authorize", query());
    CHECK(opened.status() == 200);
    CHECK(opened.content_type() == "text/html; charset=utf-8");
    CHECK(page.documents.fetches == 0);
    CHECK(page.get("/oauth/authorize", query() + "&state=x").status() == 400);
    CHECK(page.get("/oauth/authorize", "").status() == 400);
    page.key = key;
    page.documents.answer = Error{Errc::upstream, "its name was not found"};
    for (int i = 0; i < 10; ++i) CHECK(page.ask().status() == 502);
    const auto refused = page.ask();
    CHECK(refused.status() == 429);
    CHECK(refused.header("Retry-After") == "60");
    CHECK(page.documents.fetches == 10);
}

TEST_CASE("while no program can ask, there is nothing at these addresses") {
    Consenting page;
    auto desks = page.desks();
    desks.consent = nullptr;
    dashboard::Dashboard without{std::move(desks), page.people, page.codes,
                                 page.redaction,   page.clock,  [] { return std::string("sandbox"); }};
    for (auto [method, pattern] : dashboard::Dashboard::addresses()) {
        auto path = std::string(pattern);
        if (path.find("/consent") == std::string::npos && path.find("/grants") == std::string::npos &&
            path != "/oauth/authorize")
            continue;
        if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "grt_a");
        CAPTURE(path);
        fakes::CapturedAnswer answer;
        page.wait([](dashboard::Dashboard& asked, transport::HttpRequest request, fakes::CapturedAnswer& into)
                      -> Async<bool> {
            co_await asked.handle(request, into);
            co_return true;
        }(without,
                      {.method = std::string(method),
                       .path = path,
                       .query = query(),
                       .headers = {{"x-page-key", page.key}, {"content-type", "application/json"}},
                       .body = Json{{"query", query()}}.dump()},
                      answer));
        CHECK(answer.status() == 404);
    }
}

}  // namespace tfy::page_consent_test
