// Where a browser may be sent back to: rows 21 and 22 of the abuse table.
#include "server/oauth/redirect_uri.hpp"

#include <doctest/doctest.h>

namespace tfy::redirect_uri_test {
namespace {

using oauth::redirect_uri_matches;

const std::vector<std::string> cursor = {"cursor", "javascript", "data", "https"};

bool good(std::string_view address) { return oauth::check_redirect_uri(address, cursor).has_value(); }

}  // namespace

TEST_CASE("an address that clients really have is good") {
    for (const auto* address :
         {"https://claude.ai/api/mcp/auth_callback", "https://chatgpt.com/connector/oauth/a1-B2_c3",
          "https://vscode.dev/redirect", "https://a.example:8443/cb?tenant=a%20b", "https://a.example",
          "https://a.example/", "https://xn--bcher-kva.example/cb", "http://localhost/callback",
          "http://127.0.0.1:33418/", "http://[::1]:8080/callback?x=1",
          "http://localhost:6274/oauth/callback/debug", "cursor://anysphere.cursor-mcp/oauth/callback",
          "cursor:/oauth/callback", "https://a.example/a/"}) {
        CAPTURE(address);
        CHECK(good(address));
    }
}

TEST_CASE("sixty tricks with redirect addresses are refused") {
    const std::string tricks[] = {
        "",
        "https://",
        "https:///cb",
        "https:/a.example/cb",
        "https:a.example/cb",
        "//a.example/cb",
        "/cb",
        "a.example/cb",
        "HTTPS://a.example/cb",
        "https://A.example/cb",
        "https://user@a.example/cb",
        "https://user:word@a.example/cb",
        "https://a.example@evil.example/cb",
        "https://a.example:443@evil.example/cb",
        "https://a.example/@evil.example",
        "https://a.example/cb#",
        "https://a.example/cb#part",
        "https://a.example#@evil.example/",
        "https://a.example/a/../cb",
        "https://a.example/..",
        "https://a.example/./cb",
        "https://a.example/%2e%2e/cb",
        "https://a.example/.%2E/cb",
        "https://a.example/%2Fcb",
        "https://a.example/%5ccb",
        "https://a.example/%252e%252e/cb",
        "https://a.example//cb",
        "https://a.example/cb//",
        "https://a.example\\cb",
        "https://a.example/\\evil.example",
        "https:\\\\a.example\\cb",
        "https://a.example\\@evil.example/",
        "https://a.example/c b",
        "https://a.example/cb\n",
        "https://a.example/cb\r\nLocation: x",
        "https://a.example/\tcb",
        std::string("https://a.example/cb\0x", 22),
        "https://a.example/%00cb",
        "https://a.example/%0acb",
        "https://a.example/%",
        "https://a.example/%4",
        "https://a.example/%zz",
        "https://a.example:/cb",
        "https://a.example:0/cb",
        "https://a.example:0443/cb",
        "https://a.example:65536/cb",
        "https://a.example:4 4/cb",
        "https://10.0.0.5/cb",
        "https://2130706433/cb",
        "https://0x7f.1/cb",
        "https://[::1]/cb",
        "https://[2001:db8::1]/cb",
        "https://a..example/cb",
        "https://.a.example/cb",
        "https://a.example./cb",
        "https://-a.example/cb",
        "https://a_b.example/cb",
        "https://b\xc3\xbc"
        "cher.example/cb",
        "https://a.example/\xe2\x80\xae"
        "cb",
        "https://" + std::string(64, 'a') + ".example/cb",
        "https://a.example/" + std::string(1024, 'a'),
        "http://a.example/cb",
        "http://localhost.evil.example/cb",
        "http://localhost@evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.1/cb",
        "http://127.0.0.2/cb",
        "http://0.0.0.0/cb",
        "http://LOCALHOST/cb",
        "http://localhost./cb",
        "http://[::1/cb",
        "http://[::1]evil.example/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "http://[::1]@evil.example/cb",
        "javascript:alert(1)",
        "javascript://a.example/%0aalert(1)",
        "data:text/html,x",
        "vscode://a/b",
        "Cursor://a/b",
        "cursor:",
        "cursor:cb",
        "cursor://a/../b",
        "cursor://a/b#c",
        " cursor://a/b",
        "https%3a//a.example/cb",
    };
    CHECK(std::size(tricks) >= 60);
    for (const auto& address : tricks) {
        CAPTURE(address);
        CHECK_FALSE(good(address));
    }
}

TEST_CASE("a private scheme is good only where the operator lists it, and what browsers run never is") {
    CHECK_FALSE(oauth::check_redirect_uri("cursor://anysphere.cursor-mcp/oauth/callback", {}).has_value());
    CHECK(oauth::check_redirect_uri("http://a.example/cb", {}).error().message ==
          "http is for localhost, 127.0.0.1 and [::1] only; it has to be https");
}

TEST_CASE("an address that is asked for is the registered one, byte for byte") {
    const std::string registered = "https://a.example/cb?x=1";
    CHECK(redirect_uri_matches(registered, registered));
    for (const auto* asked :
         {"https://a.example/cb", "https://a.example/cb?x=1&y=2", "https://a.example/cb?x=1#",
          "https://a.example/cb?x=2", "https://a.example/CB?x=1", "https://A.example/cb?x=1",
          "https://a.example:443/cb?x=1", "https://a.example/cb/?x=1", "https://a.example/cb?x=%31",
          "https://evil.example/cb?x=1", "https://a.example.evil.example/cb?x=1", "http://a.example/cb?x=1",
          "https://a.example/cb?x=1 ", ""}) {
        CAPTURE(asked);
        CHECK_FALSE(redirect_uri_matches(registered, asked));
        CHECK_FALSE(redirect_uri_matches(asked, registered));
    }
    CHECK_FALSE(redirect_uri_matches("cursor://a/b", "cursor://a:1/b"));
}

TEST_CASE("of a loopback address the port is free, and nothing else") {
    for (const auto* host : {"http://localhost", "http://127.0.0.1", "http://[::1]"}) {
        const std::string before(host);
        CHECK(redirect_uri_matches(before + "/callback", before + ":53682/callback"));
        CHECK(redirect_uri_matches(before + ":1/callback", before + ":65535/callback"));
        CHECK(redirect_uri_matches(before + ":1/callback", before + "/callback"));
        CHECK(oauth::is_loopback_redirect(before + ":1/callback"));
        for (const auto* rest :
             {":1/callback/", ":1/Callback", ":1/callback?x", ":1/", ":1", ":/callback", ":0/callback",
              ":65536/callback", ":1@evil.example/callback", ":1:2/callback", ":1x/callback"}) {
            CAPTURE(rest);
            CHECK_FALSE(redirect_uri_matches(before + "/callback", before + rest));
        }
    }
    const char* hosts[] = {"http://localhost/", "http://127.0.0.1/", "http://[::1]/", "https://localhost/"};
    for (const auto* one : hosts)
        for (const auto* other : hosts) CHECK(redirect_uri_matches(one, other) == (one == other));
    CHECK_FALSE(redirect_uri_matches("https://localhost/", "https://localhost:1/"));
    CHECK_FALSE(oauth::is_loopback_redirect("https://localhost/"));
    CHECK_FALSE(oauth::is_loopback_redirect("http://localhost.evil.example/"));
    CHECK_FALSE(oauth::is_loopback_redirect("cursor://localhost/"));
}

TEST_CASE("the host of an address is shown as it is written") {
    CHECK(oauth::redirect_host("https://claude.ai/api/cb") == "claude.ai");
    CHECK(oauth::redirect_host("http://[::1]:8080/cb") == "[::1]");
    CHECK(oauth::redirect_host("cursor://a/b") == "cursor:");
}

}  // namespace tfy::redirect_uri_test
