// The page has one origin: requests from another one are refused, and browsers are led there.
#include <doctest/doctest.h>

#include "tests/fakes/page.hpp"

namespace tfy::own_origin_test {

using fakes::CapturedAnswer;
using fakes::Page;

namespace {

/// The page of `page`, at an address of its own.
CapturedAnswer asked_at(Page& page, const std::string& home, transport::HttpRequest request) {
    dashboard::Dashboard there{{page.approvals, page.narrowing, page.standing, page.freezes, page.reveals,
                                page.rotations, page.passphrases, page.passkeys, page.enrolled_people},
                               page.people,
                               page.codes,
                               page.redaction,
                               page.clock,
                               [] { return std::string("sandbox"); },
                               {},
                               [home] { return home; }};
    CapturedAnswer answer;
    bool done = false;
    boost::asio::co_spawn(page.loop, there.handle(request, answer), [&](std::exception_ptr) { done = true; });
    while (!done) page.step();
    return answer;
}

const std::string here = "http://localhost:8780";
const std::string behind_proxy = "https://tools.example";

}  // namespace

TEST_CASE("only the page itself may ask: not one of another port, address, scheme or site") {
    struct Row {
        const char* name;
        std::string origin_of_page;
        std::string host;
        transport::Headers headers;
        int status;
    };
    const Row rows[] = {
        {"no browser", here, "localhost:8780", {}, 200},
        {"itself", here, "localhost:8780", {{"sec-fetch-site", "same-origin"}, {"origin", here}}, 200},
        {"itself, read only", here, "localhost:8780", {{"sec-fetch-site", "same-origin"}}, 200},
        {"another port",
         here,
         "localhost:8780",
         {{"sec-fetch-site", "same-site"}, {"origin", "http://localhost:8781"}},
         403},
        {"another port, by an old browser",
         here,
         "localhost:8780",
         {{"origin", "http://localhost:8781"}},
         403},
        {"another name of this machine", here, "localhost:8780", {{"origin", "http://127.0.0.1:8780"}}, 403},
        {"by another name of this machine",
         here,
         "127.0.0.1:8780",
         {{"origin", "http://127.0.0.1:8780"}},
         403},
        {"the other address", here, "[::1]:8780", {{"sec-fetch-site", "same-origin"}}, 403},
        {"an opaque origin", here, "localhost:8780", {{"origin", "null"}}, 403},
        {"another site", here, "localhost:8780", {{"sec-fetch-site", "cross-site"}}, 403},
        {"an address that was typed", here, "localhost:8780", {{"sec-fetch-site", "none"}}, 403},
        {"a proxy's address", behind_proxy, "tools.example", {{"origin", behind_proxy}}, 200},
        {"a proxy's address with its port",
         behind_proxy,
         "Tools.example:443",
         {{"origin", behind_proxy}},
         200},
        {"a proxy that names us", behind_proxy, "127.0.0.1:8780", {{"origin", behind_proxy}}, 200},
        {"the port behind it", behind_proxy, "localhost:8780", {{"origin", here}}, 403},
        {"no TLS there", behind_proxy, "tools.example", {{"origin", "http://tools.example"}}, 403},
    };
    Page page;
    page.sign_in();
    for (const auto& row : rows) {
        CAPTURE(row.name);
        for (const auto* path : {"/approvals/api/session", "/approvals/api/approvals"}) {
            transport::HttpRequest request{.method = "GET", .path = path, .headers = row.headers};
            request.headers.emplace_back("host", row.host);
            request.headers.emplace_back("x-page-key", page.key);
            CHECK(asked_at(page, row.origin_of_page + "/approvals", std::move(request)).status() ==
                  row.status);
        }
    }
}

TEST_CASE("a browser that comes by another name of the page is led to its one origin") {
    struct Row {
        std::string origin_of_page;
        std::string host;
        std::string path;
        std::string leads_to;  // empty: the page itself
    };
    const Row rows[] = {
        {here, "localhost:8780", "/approvals", ""},
        {here, "LOCALHOST:8780", "/approvals", ""},
        {here, "localhost", "/approvals", ""},
        {here, "127.0.0.1:8780", "/approvals", here + "/approvals"},
        {here, "127.0.0.1:8780", "/approvals/", here + "/approvals"},
        {here, "[::1]:8780", "/approvals/apr_a", here + "/approvals/apr_a"},
        {here, "127.0.0.1", "/approvals/values", here + "/approvals/values"},
        {here, "other.example", "/approvals", here + "/approvals"},
        {"http://localhost", "localhost:80", "/approvals", ""},
        {behind_proxy, "tools.example:443", "/approvals", ""},
        {behind_proxy, "old.example", "/approvals/apr_a", behind_proxy + "/approvals/apr_a"},
        {behind_proxy, "localhost:8780", "/approvals", ""},
        {behind_proxy + ":8443", "tools.example", "/approvals", ""},
        {behind_proxy + ":8443", "tools.example:8444", "/approvals", behind_proxy + ":8443/approvals"},
    };
    Page page;
    for (const auto& row : rows) {
        CAPTURE(row.host);
        CAPTURE(row.path);
        const auto answer = asked_at(page, row.origin_of_page + "/approvals",
                                     {.method = "GET", .path = row.path, .headers = {{"host", row.host}}});
        CHECK(answer.status() == (row.leads_to.empty() ? 200 : 307));
        CHECK(answer.header("Location") == row.leads_to);
    }
    const auto unknown =
        asked_at(page, here + "/approvals",
                 {.method = "GET", .path = "/approvals/none", .headers = {{"host", "127.0.0.1:8780"}}});
    CHECK(unknown.status() == 404);
}

}  // namespace tfy::own_origin_test
