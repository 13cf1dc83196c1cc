// The page's routes, from the browser's side: who may go where.
#include "server/dashboard/dashboard.hpp"

#include <doctest/doctest.h>

#include "manifests/embedded.hpp"
#include "tests/fakes/page.hpp"

namespace tfy::dashboard_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

TEST_CASE("the page and its files come as they were built, with headers that keep everything foreign out") {
    Page page;
    for (const auto* path : {"/approvals", "/approvals/", "/approvals/apr_abc234", "/approvals/history",
                             "/approvals/permissions", "/approvals/rotations", "/approvals/tokens",
                             "/approvals/health", "/approvals/values"}) {
        CAPTURE(path);
        const auto answer = page.get(path);
        CHECK(answer.status() == 200);
        CHECK(answer.content_type() == "text/html; charset=utf-8");
        CHECK(answer.text() == manifests::file("page/index.html"));
        CHECK(answer.header("Cache-Control") == "no-store");
        CHECK(page.send({.method = "HEAD", .path = path}).status() == 200);
    }
    CHECK(page.get("/").status() == 307);
    CHECK(page.get("/").header("Location") == "/approvals");
    const auto script = page.get("/approvals/assets/app.js");
    CHECK(script.status() == 200);
    CHECK(script.content_type() == "text/javascript; charset=utf-8");
    CHECK(script.text().size() > 10'000);
    CHECK(script.text() == manifests::file("page/assets/app.js"));
    const auto style = page.get("/approvals/assets/app.css");
    CHECK(style.content_type() == "text/css; charset=utf-8");
    CHECK(style.text() == manifests::file("page/assets/app.css"));
}

TEST_CASE("the page's files come compressed where the browser takes that, and not at all where it has them") {
    Page page;
    const auto ask = [&](const std::string& path, const std::string& accepted,
                         const std::string& known = "") {
        return page.send({.method = "GET",
                          .path = path,
                          .headers = {{"accept-encoding", accepted}, {"if-none-match", known}}});
    };
    struct Row {
        const char* accepted;
        const char* coding;
        const char* ending;
    };
    const Row rows[] = {
        {"", "", ""},
        {"gzip", "gzip", ".gz"},
        {"gzip, deflate, br, zstd", "br", ".br"},
        {"br;q=0.5, gzip;q=1.0", "br", ".br"},
        {"br;q=0, gzip", "gzip", ".gz"},
        {"br; q=0.000,gzip;q=0", "", ""},
        {"brotli, xgzip, identity, *", "", ""},
    };
    const std::pair<std::string, std::string> files[] = {
        {"/approvals", "page/index.html"},
        {"/approvals/assets/app.js", "page/assets/app.js"},
        {"/approvals/assets/app.css", "page/assets/app.css"}};
    for (const auto& [path, name] : files)
        for (const auto& row : rows) {
            CAPTURE(path);
            CAPTURE(row.accepted);
            const auto answer = ask(path, row.accepted);
            CHECK(answer.status() == 200);
            CHECK(answer.header("Content-Encoding") == row.coding);
            CHECK(answer.header("Vary") == "Accept-Encoding");
            CHECK((answer.text() == manifests::file(name + row.ending)));
            const auto etag = answer.header("ETag");
            CHECK(etag.empty() == (path == "/approvals"));
            if (etag.empty()) continue;
            for (const auto& known : {etag, "W/" + etag, "\"other\", " + etag}) {
                const auto again = ask(path, row.accepted, known);
                CHECK(again.status() == 304);
                CHECK(again.text().empty());
                CHECK(again.header("ETag") == etag);
            }
        }
    const auto whole = ask("/approvals/assets/app.js", "").header("ETag");
    CHECK(ask("/approvals/assets/app.js", "gzip", whole).status() == 200);
}

TEST_CASE(
    "every answer below /approvals keeps everything foreign out, and only the page's files may be kept") {
    Page page;
    CHECK(dashboard::Dashboard::addresses().size() > 20);
    for (const bool signed_in : {false, true}) {
        for (auto [method, pattern] : dashboard::Dashboard::addresses()) {
            auto path = std::string(pattern);
            if (const auto at = path.find("{id}"); at != std::string::npos)
                path.replace(at, 4, path.find("/assets/") != std::string::npos ? "app.js" : "apr_a");
            CAPTURE(method);
            CAPTURE(path);
            if (signed_in) page.sign_in();  // one of the addresses signs out
            CapturedAnswer impatient;
            impatient.peer_leaves_after = 1;
            const auto answer =
                page.send({.method = std::string(method),
                           .path = path,
                           .headers = {{"x-page-key", page.key}, {"content-type", "application/json"}},
                           .body = "{}"},
                          std::move(impatient));
            const auto rules = answer.header("Content-Security-Policy");
            for (const auto* rule :
                 {"default-src 'none'", "script-src 'self'", "form-action 'none'", "frame-ancestors 'none'",
                  "require-trusted-types-for 'script'", "trusted-types 'none'"})
                CHECK(rules.find(rule) != std::string::npos);
            CHECK(rules.find("unsafe") == std::string::npos);
            CHECK(answer.header("X-Frame-Options") == "DENY");
            CHECK(answer.header("Referrer-Policy") == "no-referrer");
            for (const auto* header : {"Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"})
                CHECK(answer.header(header) == "same-origin");
            CHECK(answer.header("Cross-Origin-Embedder-Policy") == "require-corp");
            CHECK(answer.header("X-Content-Type-Options").empty());  // the transport's, once
            const bool streams = answer.status() == 0;               // those are the transport's no-store
            if (!streams)
                CHECK(answer.header("Cache-Control") == (path.ends_with("app.js") ? "no-cache" : "no-store"));
        }
    }
}

TEST_CASE("what is fetched to open the page is small: under 45 kB, compressed with gzip") {
    std::size_t bytes = 0;
    for (const auto* name : {"page/index.html.gz", "page/assets/app.js.gz", "page/assets/app.css.gz"}) {
        CHECK(manifests::file(name).size() > 0);
        bytes += manifests::file(name).size();
    }
    CHECK(bytes < 45'000);
}

TEST_CASE("other addresses are not found, other methods not allowed") {
    Page page;
    page.sign_in();
    struct Row {
        const char* method;
        const char* path;
        int status;
        const char* allow;
    };
    const Row rows[] = {
        {"GET", "/approvals/index.html", 404, ""},
        {"GET", "/approvals/assets/index.html", 404, ""},
        {"GET", "/approvals/assets/../index.html", 404, ""},
        {"GET", "/approvals/assets/", 404, ""},
        {"GET", "/approvals/api", 404, ""},
        {"GET", "/approvals/api/secrets", 404, ""},
        {"GET", "/approvals/apr_\xE2\x80\xAE", 404, ""},
        {"POST", "/approvals", 405, "GET"},
        {"HEAD", "/approvals/api/session", 405, "GET"},
        {"PUT", "/approvals/api/session", 405, "GET"},
        {"GET", "/approvals/api/sign-in", 405, "POST"},
        {"GET", "/approvals/api/reveals/rev_a", 405, "POST"},
        {"GET", "/approvals/api/approvals/apr_a/approve", 405, "POST"},
        {"PUT", "/approvals/api/permissions", 405, "GET, POST"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        const auto answer =
            page.send({.method = row.method, .path = row.path, .headers = {{"x-page-key", page.key}}});
        CHECK(answer.status() == row.status);
        CHECK(answer.header("Allow") == row.allow);
        CHECK(answer.json().at("error").at("message").is_string());
    }
}

TEST_CASE("without a session nothing is told and nothing is done") {
    Page page;
    const auto made = page.ask(approval("apr_a"));
    const auto reveal_id = page.hold();
    for (const auto* path : {"/approvals/api/approvals", "/approvals/api/approvals/apr_a",
                             "/approvals/api/events", "/approvals/api/reveals"}) {
        CAPTURE(path);
        const auto answer = page.get(path);
        CHECK(answer.status() == 401);
        CHECK(code_of(answer) == "signed_out");
        CHECK(answer.text().find("Sign in. Nothing was done.") != std::string::npos);
        CHECK(answer.events.empty());
    }
    for (const auto& path : {std::string("/approvals/api/approvals/apr_a/approve"),
                             std::string("/approvals/api/approvals/apr_a/deny"),
                             "/approvals/api/reveals/" + reveal_id, std::string("/approvals/api/sign-out")})
        CHECK(page.post(path, approving(made)).status() == 401);
    CHECK(page.wait(page.approvals.find("apr_a")).value().state() == policy::Approval::State::pending);
    CHECK(page.get("/approvals/api/session").json() ==
          Json{{"signed_in", false},
               {"can_sign_in", false},
               {"passkeys", 0},
               {"person", nullptr},
               {"server", "sandbox"},
               {"programs", true},
               {"own_key", true},
               {"key_broken", false},
               {"provider", nullptr},
               {"sign_in_help",
                {{"words",
                  "No one is enrolled on this server's state directory yet, so no one can decide. Be the "
                  "first: run in a terminal on its machine:"},
                 {"command", "tfy-pat-mcp people first"}}},
               {"version", TFY_VERSION}});
}

TEST_CASE("a session that has ended is told as that, and what became of the person's own action") {
    Page page;
    page.sign_in();
    const auto made = page.ask(approval("apr_a"));
    page.wait(page.people.sign_out(page.key)).value();
    const auto said = [](const CapturedAnswer& answer) {
        CHECK(answer.status() == 401);
        return answer.json().at("error").at("message").get<std::string>();
    };
    for (const auto* verb : {"approve", "deny", "narrow", "extend"})
        CHECK(said(page.post(std::string("/approvals/api/approvals/apr_a/") + verb, approving(made))) ==
              "Your session has ended. Nothing was decided; the request is still open.");
    CHECK(said(page.post("/approvals/api/freeze", Json::object())) ==
          "Your session has ended. Nothing was done.");
    CHECK(said(page.get("/approvals/api/rows")) == "Your session has ended. Nothing was done.");
}

TEST_CASE("wrong passphrases of one network are too many after ten, whatever the names; right ones open") {
    Page page;
    page.enrolled({"ada"});
    const auto sign_in = [&](const std::string& name, const std::string& passphrase, const char* remote) {
        return page.send({.method = "POST",
                          .path = "/approvals/api/sign-in",
                          .headers = {{"content-type", "application/json"}},
                          .body = Json{{"name", name}, {"passphrase", passphrase}}.dump(),
                          .remote = remote});
    };
    constexpr auto stranger = "198.51.100.7";
    for (int i = 0; i < 10; ++i)
        CHECK(sign_in("made-up-" + std::to_string(i), their_passphrase, stranger).status() == 403);
    for (const auto* name : {"made-up-10", "ada"}) {
        const auto slowed = sign_in(name, "wrong horse battery", stranger);
        CHECK(slowed.status() == 429);
        CHECK_FALSE(slowed.header("Retry-After").empty());
        CHECK(
            slowed.text().find("Wrong name or passphrase, as too often from your address. You are not signed "
                               "in. For 60 seconds passphrases from there are checked one at a time.") !=
            std::string::npos);
    }
    CHECK(sign_in("ada", "wrong horse battery", "192.0.2.1").status() == 403);
    for (const auto* remote : {stranger, "192.0.2.1"})
        CHECK(sign_in("ada", their_passphrase, remote).status() == 200);
    page.clock.advance(60s);
    CHECK(sign_in("ada", "wrong horse battery", stranger).status() == 403);
}

TEST_CASE("a name and its passphrase sign in, slower after wrong ones; who is not confirmed may look") {
    Page page;
    page.enrolled({"ada", "bob"});
    const auto sign_in = [&](const char* name, const std::string& passphrase) {
        page.key = {};
        const auto answer = page.post("/approvals/api/sign-in", {{"name", name}, {"passphrase", passphrase}});
        if (answer.status() == 200) page.key = answer.json().at("page_key").get<std::string>();
        return answer;
    };
    CHECK(sign_in("eve", their_passphrase).status() == 403);
    CHECK(sign_in("ada", "wrong horse battery").status() == 403);
    CHECK(sign_in("ada", "").text().find("Wrong name or passphrase. You are not signed in.") !=
          std::string::npos);
    CHECK(sign_in("ada", their_passphrase).status() == 200);
    CHECK(page.get("/approvals/api/session").json().at("person") == "ada");
    for (int i = 0; i < 5; ++i) CHECK(sign_in("bob", "wrong horse battery").status() == 403);
    const auto slowed = sign_in("bob", their_passphrase);
    CHECK(slowed.status() == 429);
    CHECK_FALSE(slowed.header("Retry-After").empty());
    page.clock.advance(30s);
    CHECK(sign_in("bob", their_passphrase).status() == 200);

    page.in_ledger([](storage::Ledger& ledger) {
        ledger.invite({"code", "cy", "ada", noon + 24h}, noon).value();
        ledger.enrol_invited("code", cheap_hash(), noon).value();
    });
    CHECK(sign_in("cy", their_passphrase).status() == 200);
    CHECK(page.get("/approvals/api/approvals").status() == 200);
    const auto made = page.ask(approval("apr_1"));
    const auto tried = page.post("/approvals/api/approvals/apr_1/approve", approving(made));
    CHECK(tried.status() == 403);
    CHECK(code_of(tried) == "not_confirmed");
    const auto seen = page.get("/approvals/api/approvals/apr_1").json();
    CHECK(seen.at("may_decide").at("approve") == false);
    CHECK(seen.at("may_decide").at("deny") == false);
    CHECK(seen.at("may_decide").at("why_not").get<std::string>().find("on this page, under People") !=
          std::string::npos);
    CHECK(seen.at("may_narrow") == nullptr);
    CHECK(seen.at("may_extend") == false);
    CHECK(page.get("/approvals/api/rows").json().at("rows").at(0).at("may_approve") == false);
    page.in_ledger([](storage::Ledger& ledger) { ledger.confirm_person("cy", "bob", noon).value(); });
    CHECK(page.post("/approvals/api/approvals/apr_1/approve", approving(made)).status() == 200);
    page.in_ledger([](storage::Ledger& ledger) { ledger.suspend_person("cy", "bob", noon).value(); });
    CHECK(page.get("/approvals/api/approvals").status() == 401);
    CHECK(sign_in("cy", their_passphrase).status() == 403);
}

TEST_CASE("at most five passphrases are in the house at a time") {
    Page page;
    page.enrolled({"ada"});
    int refused = 0, right = 0;
    for (int i = 0; i < 8; ++i)
        boost::asio::co_spawn(
            page.loop, page.passphrases.check("ada", policy::Secret(std::string(their_passphrase))),
            [&](std::exception_ptr, Result<void> checked) { ++(checked ? right : refused); });
    while (refused + right < 8) page.step();
    CHECK(refused >= 3);
    CHECK(right >= 1);
}

TEST_CASE("a right code gives a page key, and no cookie; a wrong one nothing") {
    Page page;
    const auto code = page.people.issue_code("grace", 10min);
    const auto wrong = page.post("/approvals/api/sign-in", {{"code", "2222-2222-2222"}});
    CHECK(wrong.status() == 403);
    CHECK_FALSE(wrong.json().contains("page_key"));
    CHECK(page.post("/approvals/api/sign-in", {{"code", 7}}).status() == 403);

    const auto right = page.post("/approvals/api/sign-in", {{"code", code}});
    CHECK(right.status() == 200);
    CHECK(right.header("Cache-Control") == "no-store");

    page.key = right.json().at("page_key").get<std::string>();
    const auto session = page.get("/approvals/api/session");
    CHECK(session.json().at("signed_in") == true);
    CHECK(session.json().at("person") == "grace");
    CHECK(session.text().find(page.key) == std::string::npos);

    const auto out = page.post("/approvals/api/sign-out", Json::object());
    CHECK(out.status() == 204);
    CHECK(page.get("/approvals/api/session").json().at("signed_in") == false);

    for (int each = 0; each < 8; ++each) page.post("/approvals/api/sign-in", {{"code", "2222"}});
    const auto slowed = page.post("/approvals/api/sign-in", {{"code", "2222"}});
    CHECK(slowed.status() == 429);
    CHECK(slowed.header("Retry-After") == "60");
}

TEST_CASE("a decision must come with the page key, as JSON, an object") {
    Page page;
    page.sign_in();
    const auto made = page.ask(approval("apr_a"));
    const auto good = approving(made).dump();
    struct Row {
        const char* name;
        std::string key;
        std::string type;
        std::string body;
        int status;
    };
    const Row rows[] = {
        {"no key", "", "application/json", good, 401},
        {"a wrong key", std::string(page.key.size(), 'a'), "application/json", good, 401},
        {"a form", page.key, "application/x-www-form-urlencoded", good, 415},
        {"plain text", page.key, "text/plain", good, 415},
        {"no JSON", page.key, "application/json", "{", 400},
        {"a doubled key", page.key, "application/json", R"({"digest":"a","digest":"b"})", 400},
        {"an array", page.key, "application/json; charset=utf-8", "[]", 400},
        {"too large", page.key, "application/json", R"({"reason":")" + std::string(70'000, 'x') + "\"}", 413},
        {"a field of another type", page.key, "application/json", R"({"digest":7})", 422},
        {"no digest", page.key, "application/json", "{}", 422},
        {"an unknown destination", page.key, "application/json", R"({"digest":"a","destination":"mail"})",
         422},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto answer = page.send({.method = "POST",
                                       .path = "/approvals/api/approvals/apr_a/approve",
                                       .headers = {{"x-page-key", row.key}, {"content-type", row.type}},
                                       .body = row.body});
        CHECK(answer.status() == row.status);
        const auto told = answer.json().at("error").at("message").get<std::string>();
        CHECK(told.find("was done.") == told.rfind("was done."));
        CHECK(page.wait(page.approvals.find("apr_a")).value().state() == policy::Approval::State::pending);
    }
}

TEST_CASE("a cookie is no key, and neither is a key in the address") {
    Page page;
    page.sign_in();
    const auto key = std::exchange(page.key, "");
    const auto by = [&](const char* header, const std::string& text) {
        return page
            .send({.method = "GET",
                   .path = "/approvals/api/approvals",
                   .query = "key=" + key,
                   .headers = {{header, text}}})
            .status();
    };
    CHECK(by("cookie", "tfy_pat_mcp_session=" + key + "; X-Page-Key=" + key) == 401);
    CHECK(by("x-csrf-token", key) == 401);
    CHECK(by("x-page-key", key) == 200);
}

}  // namespace tfy::dashboard_test
