// What TrueFoundry is asked over HTTP, and with which key.
#include "server/upstream/exchange.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/raw_socket.hpp"

namespace tfy::upstream::exchange_test {

using namespace std::chrono_literals;

TEST_CASE("a request is sent with the key of that moment, and everything that we read comes back") {
    tests::RawListener server;
    std::vector<std::string> seen;
    auto script = std::async(std::launch::async, [&] {
        for (int i = 0; i < 2; ++i) {
            auto peer = server.accept();
            seen.push_back(peer.read_message());
            peer.send(
                "HTTP/1.1 429 Slow\r\nContent-Type: application/json\r\nX-Request-Id: req-1\r\n"
                "Retry-After: 7\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\nContent-Length: 2\r\n\r\n{}");
        }
    });
    const auto key = std::make_shared<OwnKey>(policy::Secret(std::string("first-key")));
    tests::LoopThread loop;
    const auto exchange =
        make_exchange({.base_url = "http://127.0.0.1:" + std::to_string(server.port())}, key);
    const auto ask = [&] {
        return loop.run(exchange->send({.method = "POST",
                                        .target = "/x",
                                        .body = "{}",
                                        .timeout = 5s,
                                        .headers = {{"traceparent", "00-1"}}}));
    };
    const auto answer = ask();
    key->replace(policy::Secret(std::string("second-key")));
    ask();
    tests::await(std::move(script));

    REQUIRE(answer.has_value());
    CHECK(answer->status == 429);
    CHECK(answer->content_type == "application/json");
    CHECK(answer->request_id == "req-1");
    CHECK(answer->retry_after == 7s);
    CHECK(answer->date == policy::Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h});
    CHECK(answer->body == "{}");
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].starts_with("POST /x HTTP/1.1\r\n"));
    CHECK(seen[0].find("\r\nAuthorization: Bearer first-key\r\n") != std::string::npos);
    CHECK(seen[0].find("\r\ntraceparent: 00-1\r\n") != std::string::npos);
    CHECK(seen[0].ends_with("\r\n\r\n{}"));
    CHECK(seen[1].find("\r\nAuthorization: Bearer second-key\r\n") != std::string::npos);
}

TEST_CASE("no answer is the error that the client gives") {
    tests::LoopThread loop;
    const auto exchange = make_exchange({.base_url = "http://192.0.2.1"}, std::make_shared<const OwnKey>());
    const auto answer = loop.run(exchange->send({.method = "GET", .target = "/x", .timeout = 5s}));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == Errc::upstream);
}

}  // namespace tfy::upstream::exchange_test
