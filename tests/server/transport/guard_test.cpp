// What a request head must be like.
#include "server/transport/guard.hpp"

#include <doctest/doctest.h>

namespace tfy::transport::guard::guard_test {
namespace {

const Allowed allowed{.port = 8780,
                      .hosts = {"tfy.example.com", "proxy.example.com:443"},
                      .origins = {"https://tfy.example.com"}};

int status_of(const std::string& head) {
    const auto verdict = admit(head, allowed);
    const auto* refusal = std::get_if<Rejection>(&verdict);
    return refusal == nullptr ? 200 : refusal->status;
}

std::string post(const std::string& headers) {
    return "POST /mcp HTTP/1.1\r\nHost: localhost:8780\r\n" + headers + "\r\n";
}
std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost:8780\r\n\r\n";
}

}  // namespace

TEST_CASE("a body's length is told in exactly one way") {
    struct Row {
        const char* name;
        std::string head;
        int status;
    };
    const Row rows[] = {
        {"a length", post("Content-Length: 2\r\n"), 200},
        {"chunked", post("Transfer-Encoding: chunked\r\n"), 200},
        {"chunked in capitals", post("transfer-encoding: CHUNKED\r\n"), 200},
        {"neither", post(""), 411},
        {"a get has no body", get("/"), 200},
        {"both", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"both, the other way round", post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"), 400},
        {"two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n"), 400},
        {"the same length twice", post("Content-Length: 2\r\nContent-Length: 2\r\n"), 400},
        {"two lengths in one line", post("Content-Length: 2, 2\r\n"), 400},
        {"a signed length", post("Content-Length: +2\r\n"), 400},
        {"a negative length", post("Content-Length: -2\r\n"), 400},
        {"a hexadecimal length", post("Content-Length: 0x2\r\n"), 400},
        {"an empty length", post("Content-Length:\r\n"), 400},
        {"a length over 64 bits", post("Content-Length: 18446744073709551616\r\n"), 400},
        {"gzip", post("Transfer-Encoding: gzip\r\n"), 501},
        {"gzip, then chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501},
        {"identity", post("Transfer-Encoding: identity\r\n"), 501},
        {"xchunked", post("Transfer-Encoding: xchunked\r\n"), 501},
        {"chunked twice in one line", post("Transfer-Encoding: chunked, chunked\r\n"), 501},
        {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"chunked, hidden by a vertical tab", post("Transfer-Encoding: \vchunked\r\n"), 400},
        {"HTTP/1.0 with a body", "POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n", 400},
        {"HTTP/1.0, chunked", "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"HTTP/1.0 without a body", "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 200},
        {"100-continue", post("Content-Length: 2\r\nExpect: 100-continue\r\n"), 200},
        {"another expectation", post("Content-Length: 2\r\nExpect: miracles\r\n"), 417},
        {"a coded body", post("Content-Length: 2\r\nContent-Encoding: gzip\r\n"), 415},
        {"a coded body in chunks", post("Transfer-Encoding: chunked\r\nContent-Encoding: br\r\n"), 415},
        {"two codings", post("Content-Length: 2\r\nContent-Encoding: identity, gzip\r\n"), 415},
        {"a coding that changes nothing", post("Content-Length: 2\r\nContent-Encoding: Identity\r\n"), 200},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(status_of(row.head) == row.status);
    }
}

TEST_CASE("a request line and its headers stand in plain lines") {
    struct Row {
        const char* name;
        std::string head;
        int status;
    };
    const Row rows[] = {
        {"no version", "GET /\r\nHost: localhost\r\n\r\n", 400},
        {"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505},
        {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n", 505},
        {"two spaces", "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a tab for a space", "GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"nothing", "\r\n", 400},
        {"a folded line", post("Content-Length: 0\r\nX-A: 1\r\n 2\r\n"), 400},
        {"a fold before any header", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", 400},
        {"a space before the colon", post("Content-Length : 0\r\n"), 400},
        {"no colon", post("Content-Length 0\r\n"), 400},
        {"no name", post(": 0\r\n"), 400},
        {"a bare line feed", post("Content-Length: 0\nX-A: 1\r\n"), 400},
        {"a bare carriage return", post("X-A: 1\rX-B: 2\r\nContent-Length: 0\r\n"), 400},
        {"a zero byte", post(std::string("X-A: \0\r\nContent-Length: 0\r\n", 27)), 400},
        {"bytes over 0x7f in a value", post("X-A: \xc3\xa9\r\nContent-Length: 0\r\n"), 200},
        {"bytes over 0x7f in a name", post("X-\xc3\xa9: a\r\nContent-Length: 0\r\n"), 400},
        {"connect", "CONNECT localhost:8780 HTTP/1.1\r\nHost: localhost:8780\r\n\r\n", 405},
        {"trace", "TRACE / HTTP/1.1\r\nHost: localhost:8780\r\n\r\n", 405},
        {"an unknown method", "BREW / HTTP/1.1\r\nHost: localhost:8780\r\n\r\n", 501},
        {"a method in small letters", "get / HTTP/1.1\r\nHost: localhost:8780\r\n\r\n", 501},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(status_of(row.head) == row.status);
    }
}

TEST_CASE("a request names this server, once") {
    const auto with = [](const std::string& hosts) {
        return status_of("GET / HTTP/1.1\r\n" + hosts + "\r\n");
    };
    CHECK(with("") == 400);
    CHECK(with("Host:\r\n") == 400);
    CHECK(with("Host: localhost\r\nHost: localhost\r\n") == 400);

    for (const auto* host :
         {"localhost", "LocalHost:8780", "127.0.0.1", "127.0.0.1:8780", "[::1]", "[::1]:8780",
          "tfy.example.com", "tfy.example.com:8780", "proxy.example.com:443"}) {
        CAPTURE(host);
        CHECK(with("Host: " + std::string(host) + "\r\n") == 200);
    }
    for (const auto* host :
         {"evil.example", "localhost:8781", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2",
          "[::2]", "localhost:", "localhost:08780", "user@localhost", "localhost, evil.example",
          "proxy.example.com:444", "proxy.example.com"}) {
        CAPTURE(host);
        CHECK(with("Host: " + std::string(host) + "\r\n") == 403);
    }
}

TEST_CASE("an Origin is absent or allowed") {
    const auto with = [](const std::string& origin) {
        return status_of("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin + "\r\n\r\n");
    };
    for (const auto* origin : {"http://localhost:8780", "http://127.0.0.1:8780", "http://[::1]:8780",
                               "https://tfy.example.com", "https://TFY.example.com:443"}) {
        CAPTURE(origin);
        CHECK(with(origin) == 200);
    }
    for (const auto* origin :
         {"null", "", "http://localhost", "https://tfy.example.com:80", "http://localhost:8781",
          "https://localhost:8780", "http://evil.example", "http://localhost:8780.evil.example",
          "http://localhost:8780/", "https://tfy.example.com.evil.example"}) {
        CAPTURE(origin);
        CHECK(with(origin) == 403);
    }
    CHECK(with("http://localhost:8780\r\nOrigin: http://localhost:8780") == 400);
}

TEST_CASE("a refusal names the settings that help where they count, and no others") {
    const auto told = [](const std::string& headers, bool takes_names) {
        auto rules = allowed;
        rules.takes_names = takes_names;
        const auto verdict = admit("GET / HTTP/1.1\r\n" + headers + "\r\n", rules);
        const auto* refusal = std::get_if<Rejection>(&verdict);
        return refusal == nullptr ? std::string{} : std::string(refusal->reason.text());
    };
    const std::string host = "Host: evil.example\r\n";
    const std::string origin = "Host: localhost\r\nOrigin: http://evil.example\r\n";
    CHECK(told(host, true) ==
          "This server does not answer to that Host. If the name is right, start it with --allowed-host "
          "NAME, or with --public-url ADDRESS if people come by it.");
    CHECK(told(host, false) ==
          "This approvals page does not answer to that Host. Open it at the address in its links. For "
          "another address, start stdio with --listen and --public-url.");
    CHECK(told(origin, true) ==
          "Pages of that Origin may not ask this server. If they should, start it with --allowed-origin "
          "ORIGIN, or with --public-url ADDRESS if it is the page's own.");
    CHECK(told(origin, false) ==
          "Pages of that Origin may not ask this server. Open the approvals page at the address in its "
          "links.");
}

TEST_CASE("a target is read once, and only where nobody could read it differently") {
    struct Row {
        const char* target;
        const char* path;
        const char* query;
    };
    const Row good[] = {
        {"/", "/", ""},
        {"/mcp?a=%20b", "/mcp", "a=%20b"},
        {"/a%20b", "/a b", ""},
        {"/a%2541", "/a%41", ""},
        {"/a?b?c", "/a", "b?c"},
        {"/..a/.b./...", "/..a/.b./...", ""},
        {"http://localhost:8780/mcp?x", "/mcp", "x"},
        {"HTTP://localhost:8780", "/", ""},
        {"http://localhost?x", "/", "x"},
    };
    for (const auto& row : good) {
        CAPTURE(row.target);
        const auto target = read_target(row.target);
        REQUIRE(target);
        CHECK(target->path == row.path);
        CHECK(target->query == row.query);
        CHECK(status_of(get(row.target)) == 200);
    }
    for (const auto* target : {"*",          "mcp",      "/a%",     "/a%2",   "/a%zz",     "/a%00",
                               "/a%0a",      "/a%7f",    "/a%2fb",  "/a%5Cb", "/a#b",      "/a\x01",
                               "/a\xc3\xa9", "/..",      "/a/../b", "/./a",   "/a/%2e%2e", "ftp://localhost/",
                               "http://",    "http:///a"}) {
        CAPTURE(target);
        CHECK_FALSE(read_target(target));
    }
    for (const auto* target :
         {"http://evil.example/mcp", "http://user@localhost/mcp", "http://localhost:1/mcp"}) {
        CAPTURE(target);
        CHECK(status_of(get(target)) == 400);
    }
}

TEST_CASE("a connection is kept unless its client says otherwise") {
    const auto kept = [](const std::string& head) {
        return std::get<Admitted>(admit(head, allowed)).framing.keep_alive;
    };
    CHECK(kept("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    CHECK_FALSE(kept("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: foo, Close\r\n\r\n"));
    CHECK_FALSE(kept("GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"));
}

}  // namespace tfy::transport::guard::guard_test
