// The client against a server that a test drives by hand.
#include "server/http_client/http_client.hpp"

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdlib>
#include <functional>

#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/raw_socket.hpp"

namespace tfy::http_client::http_client_test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::RawListener;

constexpr auto key = "tfy-key-0123456789";
constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};

std::unique_ptr<HttpClient> client_of(const std::string& base_url, const std::string& with = key) {
    return make_client(start_transfers(), {.base_url = base_url},
                       [with] { return "Authorization: Bearer " + with; });
}

/// A server that does what the test says, and a client of it.
class Asking {
public:
    using Script = std::function<void(RawListener&)>;

    explicit Asking(Script script, const std::string& scheme = "http")
        : script_(std::async(std::launch::async, [this, script = std::move(script)] { script(server_); })),
          client_(client_of(scheme + "://127.0.0.1:" + std::to_string(server_.port()))) {}

    Result<WebResponse> send(WebRequest request) { return tests::await(begin(std::move(request))); }
    Result<WebResponse> get() { return send({.method = "GET", .target = "/x", .timeout = 5s}); }
    Result<WebResponse> post() {
        return send({.method = "POST", .target = "/x", .body = "{}", .timeout = 5s});
    }
    std::future<Result<WebResponse>> begin(WebRequest request) {
        return loop_.begin(client_->send(std::move(request)));
    }

    void served() { tests::await(std::move(script_)); }
    RawListener& server() { return server_; }
    tests::LoopThread& loop() { return loop_; }
    HttpClient& client() { return *client_; }
    void end_client() { client_.reset(); }

private:
    RawListener server_;
    tests::LoopThread loop_;
    std::future<void> script_;
    std::unique_ptr<HttpClient> client_;
};

/// One connection, one request, these bytes, the end.
Asking::Script answer_with(std::string bytes) {
    return [bytes = std::move(bytes)](RawListener& server) {
        auto peer = server.accept();
        peer.read_message();
        peer.send(bytes);
    };
}

std::string ok(const std::string& body, const std::string& headers = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
           body;
}

}  // namespace

TEST_CASE("any status is an answer") {
    struct Row {
        const char* name;
        std::string bytes;
        WebResponse expected;
    };
    const Row rows[] = {
        {"200 with the headers that we read",
         ok("{}", "Content-Type: application/json\r\nX-Request-Id: req-1\r\nSet-Cookie: a=b\r\n"),
         {.status = 200, .content_type = "application/json", .request_id = "req-1", .body = "{}"}},
        {"404", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", {.status = 404, .body = "{}"}},
        {"429",
         "HTTP/1.1 429 Slow\r\nRetry-After:  7 \r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\n"
         "Content-Length: 0\r\n\r\n",
         {.status = 429, .retry_after = 7s, .date = noon}},
        {"500 with a page",
         "HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
         {.status = 500, .content_type = "text/html", .body = "<html>"}},
        {"a redirect, not followed",
         "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n",
         {.status = 302}},
        {"chunks",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
         {.status = 200, .body = "{}"}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Asking asking(answer_with(row.bytes));
        const auto response = asking.get();
        REQUIRE(response.has_value());
        CHECK(response->status == row.expected.status);
        CHECK(response->content_type == row.expected.content_type);
        CHECK(response->request_id == row.expected.request_id);
        CHECK(response->retry_after == row.expected.retry_after);
        CHECK(response->date == row.expected.date);
        CHECK(response->body == row.expected.body);
    }
}

TEST_CASE("a request is sent as it was asked, with our headers and no others") {
    std::string seen;
    Asking asking([&seen](RawListener& server) {
        auto peer = server.accept();
        seen = peer.read_message();
        peer.send(ok("{}"));
    });
    REQUIRE(asking.send({.method = "POST", .target = "/api/a%20b/../c?d=e", .body = "{\"name\":\"ci\"}"})
                .has_value());
    asking.served();
    CHECK(seen ==
          "POST /api/a%20b/../c?d=e HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(asking.server().port()) +
              "\r\nUser-Agent: tfy-pat-mcp/" TFY_VERSION "\r\nAuthorization: Bearer " + key +
              "\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: "
              "13\r\n\r\n{\"name\":\"ci\"}");
}

TEST_CASE(
    "headers that a request brings along are sent with it, and one that would not stay one line stops it") {
    std::string seen;
    Asking asking([&seen](RawListener& server) {
        auto peer = server.accept();
        seen = peer.read_message();
        peer.send(ok("{}"));
    });
    const auto broken = asking.send({.method = "GET", .target = "/x", .headers = {{"a", "b\r\nC: d"}}});
    REQUIRE(broken.has_error());
    CHECK(broken.error().code == Errc::upstream);
    REQUIRE(asking.send({.method = "GET", .target = "/x", .headers = {{"traceparent", "00-1"}}}).has_value());
    asking.served();
    CHECK(seen.find("\r\ntraceparent: 00-1\r\n") != std::string::npos);
}

TEST_CASE("an answer that is lost or broken is ambiguous, in words of our own") {
    struct Row {
        const char* name;
        std::string bytes;
        const char* reason;
    };
    const Row rows[] = {
        {"nothing", "", "127.0.0.1 closed the connection without an answer."},
        {"half a head", "HTTP/1.1 200 OK\r\nContent-Le", "The answer of 127.0.0.1 was cut off."},
        {"a status and no more", "HTTP/1.1 200 OK\r\n", "The answer of 127.0.0.1 was cut off."},
        {"an interim answer and no more", "HTTP/1.1 100 Continue\r\n\r\n", "without an answer."},
        {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", "cut"},
        {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
         "The answer of 127.0.0.1 was cut off."},
        {"no HTTP", "220 mail.example ESMTP\r\n", "The answer of 127.0.0.1 is not HTTP."},
        {"too much", ok(std::string(1024 * 1024 + 1, 'x')),
         "The answer of 127.0.0.1 is larger than 1 MiB and was not read."},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Asking asking(answer_with(row.bytes));
        const auto response = asking.post();
        REQUIRE_FALSE(response.has_value());
        CAPTURE(response.error().message);
        CHECK(response.error().code == Errc::ambiguous);
        CHECK(response.error().message.find(row.reason) != std::string::npos);
        CHECK(response.error().message.find("127.0.0.1") != std::string::npos);
        CHECK(response.error().message.find("mail.example") == std::string::npos);
        CHECK(response.error().message.find("No answer") == std::string::npos);
        CHECK(response.error().message.ends_with(". The request may have arrived."));
    }
}

TEST_CASE("an answer of exactly the limit is whole") {
    Asking asking(answer_with(ok(std::string(1024 * 1024, 'x'))));
    const auto response = asking.get();
    REQUIRE(response.has_value());
    CHECK(response->body == std::string(1024 * 1024, 'x'));
}

TEST_CASE("who does not answer in time may still have the request") {
    Asking asking([](RawListener& server) {
        auto peer = server.accept();
        peer.read_message();
        CHECK(peer.read_to_end().empty());  // until the other side gives up
    });
    const auto response = asking.send({.method = "DELETE", .target = "/x", .timeout = 200ms});
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == Errc::ambiguous);
    CHECK(response.error().message.find("in time") != std::string::npos);
    asking.served();
}

TEST_CASE("where no connection comes about, nothing was sent") {
    const auto check = [](const Result<WebResponse>& response) {
        REQUIRE_FALSE(response.has_value());
        CAPTURE(response.error().message);
        CHECK(response.error().code == Errc::upstream);
        CHECK(response.error().message.find("Nothing was sent") != std::string::npos);
    };
    tests::LoopThread loop;
    const auto ask = [&](const std::string& base_url, const char* api_key = key) {
        const auto client = client_of(base_url, api_key);
        return loop.run(client->send({.method = "POST", .target = "/x", .body = "{}", .timeout = 5s}));
    };
    std::uint16_t nobody = 0;
    {
        const RawListener gone;
        nobody = gone.port();
    }
    SUBCASE("refused") { check(ask("http://127.0.0.1:" + std::to_string(nobody))); }
    SUBCASE("an unknown name") { check(ask("https://nowhere.invalid")); }
    SUBCASE("http to another machine") { check(ask("http://192.0.2.1")); }
    SUBCASE("a key that would end its header") {
        check(ask("http://127.0.0.1:" + std::to_string(nobody), "a\r\nX-Evil: b"));
    }
    SUBCASE("no TLS on the other side") {
        Asking asking(
            [](RawListener& server) {
                auto peer = server.accept();
                peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            },
            "https");
        check(asking.post());
    }
    SUBCASE("a handshake that does not end") {
        Asking asking([](RawListener& server) { server.accept().read_to_end(); }, "https");
        check(asking.send({.method = "POST", .target = "/x", .body = "{}", .timeout = 200ms}));
    }
}

TEST_CASE(
    "reads use one connection again; what changes something gets its own, so that it is never sent twice") {
    int posts = 0;
    int connections = 0;
    Asking asking([&](RawListener& server) {
        auto first = server.accept();
        for (int i = 0; i < 3; ++i) {
            first.read_message();
            first.send(ok("{}"));
        }
        // Whichever connection the next request comes on: it is read, and the connection ends without an
        // answer.
        pollfd either[] = {{first.fd(), POLLIN, 0}, {server.fd(), POLLIN, 0}};
        REQUIRE(::poll(either, 2, tests::patience_ms) > 0);
        connections = (either[1].revents & POLLIN) != 0 ? 2 : 1;
        auto second = connections == 2 ? server.accept() : std::move(first);
        posts += second.read_message().starts_with("POST") ? 1 : 0;
        second.close();
    });
    for (int i = 0; i < 3; ++i) CHECK(asking.get().has_value());
    const auto lost = asking.post();
    asking.served();
    REQUIRE_FALSE(lost.has_value());
    CHECK(lost.error().code == Errc::ambiguous);
    CHECK(posts == 1);
    CHECK(connections == 2);
    CHECK_FALSE(asking.server().has_caller());
}

TEST_CASE("requests run side by side") {
    Asking asking([](RawListener& server) {
        auto first = server.accept();
        first.read_message();
        auto second = server.accept();  // comes although the first has no answer yet
        second.read_message();
        second.send(ok("{}"));
        first.send(ok("{}"));
    });
    auto one = asking.begin({.method = "GET", .target = "/1"});
    auto other = asking.begin({.method = "GET", .target = "/2"});
    CHECK(tests::await(std::move(one)).has_value());
    CHECK(tests::await(std::move(other)).has_value());
}

static auto left_without_answer(std::promise<void>& arrived) {
    return [&arrived](RawListener& server) {
        auto peer = server.accept();
        peer.read_message();
        arrived.set_value();
        CHECK(peer.read_to_end().empty());
    };
}

TEST_CASE("cancelling the asker aborts the transfer") {
    std::promise<void> arrived;
    Asking asking(left_without_answer(arrived));
    asio::cancellation_signal stop;
    WebRequest request{.method = "DELETE", .target = "/x"};
    auto response = asio::co_spawn(asking.loop().context(), asking.client().send(std::move(request)),
                                   asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    tests::await(arrived.get_future());
    asio::post(asking.loop().context(), [&stop] { stop.emit(asio::cancellation_type::terminal); });
    CHECK(tests::await(std::move(response)).error().code == Errc::ambiguous);
    asking.served();
}

TEST_CASE("when the client ends, so do its transfers") {
    std::promise<void> arrived;
    Asking asking(left_without_answer(arrived));
    auto response = asking.begin({.method = "POST", .target = "/x", .body = "{}"});
    tests::await(arrived.get_future());
    asking.end_client();
    CHECK(tests::await(std::move(response)).error().code == Errc::ambiguous);
    asking.served();
}

TEST_CASE("a server elsewhere is asked through the proxy that the environment names, by a tunnel") {
    std::string asked;
    std::string tunnelled;
    RawListener proxy;
    auto script = std::async(std::launch::async, [&] {
        auto refused = proxy.accept();
        asked = refused.read_message();
        refused.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        auto tunnel = proxy.accept();
        tunnel.read_message();
        tunnel.send("HTTP/1.1 200 Connected\r\n\r\n");
        tunnelled = tunnel.read_exactly(1);
    });
    ::setenv("https_proxy", ("http://127.0.0.1:" + std::to_string(proxy.port())).c_str(), 1);
    tests::LoopThread loop;
    const auto client = client_of("https://tenant.invalid");
    const auto ask = [&] {
        return loop.run(client->send({.method = "POST", .target = "/x", .body = "{}", .timeout = 5s}));
    };
    const auto first = ask();
    const auto second = ask();
    ::unsetenv("https_proxy");
    tests::await(std::move(script));
    CHECK(asked.starts_with("CONNECT tenant.invalid:443 HTTP/1.1\r\n"));
    CHECK(asked.find(key) == std::string::npos);
    CHECK(first.error().message ==
          "The proxy that https_proxy names refused the connection to tenant.invalid (407). Check "
          "https_proxy and "
          "the proxy. Nothing was sent.");
    CHECK(tunnelled == "\x16");  // a TLS handshake, and nothing in plain
    CHECK(second.error().code == Errc::upstream);
    CHECK(second.error().message.find("Nothing was sent") != std::string::npos);
}

TEST_CASE("a loopback server is never asked through a proxy") {
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    Asking asking(answer_with(ok("{}")));
    CHECK(asking.get().has_value());
    ::unsetenv("http_proxy");
}

}  // namespace tfy::http_client::http_client_test
