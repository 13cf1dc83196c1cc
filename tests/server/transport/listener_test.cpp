// What the listener refuses, and how it says so.
#include "server/transport/listener.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/few_descriptors.hpp"
#include "tests/fakes/served.hpp"

namespace tfy::transport::listener_test {
namespace {

using tests::chunked_post;
using tests::get;
using tests::post;
using tests::Served;
using namespace std::chrono_literals;

int status_of(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

std::string body_of(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace

TEST_CASE(
    "what could be read in two ways, or is not for us, is refused before its body is read, and the "
    "connection ends") {
    Served served(tests::echo);
    struct Row {
        const char* name;
        std::string bytes;
        int status;
    };
    const std::string head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n";
    const Row rows[] = {
        {"both lengths", head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"two lengths", head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
        {"gzip beside a length", head + "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", 400},
        {"identity", head + "Transfer-Encoding: identity\r\n\r\nhello", 501},
        {"HTTP/1.0 with a body", "POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 400},
        {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400},
        {"an unlisted host", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403},
        {"an unlisted origin", get("/", "Origin: http://evil.example\r\n"), 403},
        {"the null origin", get("/", "Origin: null\r\n"), 403},
        {"a folded line", get("/", "X-A: 1\r\n 2\r\n"), 400},
        {"a bare line feed", "GET / HTTP/1.1\nHost: localhost\n\n", 400},
        {"a zero byte in the path", get("/%00"), 400},
        {"bad percent-encoding", get("/%zz"), 400},
        {"another server's absolute target", get("http://evil.example/"), 400},
        {"connect", get("localhost:80").replace(0, 3, "CONNECT"), 405},
        {"trace", get("/").replace(0, 3, "TRACE"), 405},
        {"a strange method", get("/").replace(0, 3, "BREW"), 501},
        {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"no length", head + "\r\n", 411},
        {"a body over the limit", head + "Content-Length: 4194305\r\n\r\n", 413},
        {"headers over the limit", get("/", "X-A: " + std::string(16 * 1024, 'a') + "\r\n"), 431},
        {"a head that does not end", "GET /" + std::string(16 * 1024, 'a'), 431},
        {"a chunk that is none", chunked_post("zz\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk longer than it says", chunked_post("3\r\nhello\r\n0\r\n\r\n"), 400},
        {"chunks over the limit", chunked_post("400001\r\n"), 413},
        {"trailers without end", chunked_post("0\r\nX-A: " + std::string(100 * 1024, 'a')), 431},
        {"a chunk extension without end", chunked_post("5;a=" + std::string(100 * 1024, 'a')), 431},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto answer = served.ask(row.bytes);
        CAPTURE(answer);
        CHECK(status_of(answer) == row.status);
        CHECK(answer.find("connection: close\r\n") != std::string::npos);
        CHECK(answer.find("content-type: application/json\r\n") != std::string::npos);
        const auto body = Json::parse(body_of(answer), nullptr, false);
        CHECK(body.is_object());
        CHECK(body.value("error", "").size() > 10);
    }
}

TEST_CASE("who is refused while still sending can finish, and reads why") {
    Served served(tests::echo);
    auto socket = served.connect();
    socket.send("POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 800000\r\n\r\n");
    CHECK(socket.send(std::string(400'000, 'x')));
    CHECK(status_of(socket.read_message()) == 403);
    CHECK(socket.send(std::string(200'000, 'x')));
    CHECK(socket.send(std::string(200'000, 'x')));
}

TEST_CASE("what is asked plainly reaches the handler") {
    Served served(tests::echo);
    struct Row {
        const char* name;
        std::string bytes;
        Json seen;
    };
    const std::string close = "Connection: close\r\n";
    const Row rows[] = {
        {"a get",
         get("/a%20b?c=%20d", close),
         {{"method", "GET"}, {"path", "/a b"}, {"query", "c=%20d"}, {"body", ""}}},
        {"a post",
         post("hello", close),
         {{"method", "POST"}, {"path", "/mcp"}, {"query", ""}, {"body", "hello"}}},
        {"an empty post",
         post("", close),
         {{"method", "POST"}, {"path", "/mcp"}, {"query", ""}, {"body", ""}}},
        {"chunks, with extension and trailer",
         chunked_post("3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nHost: evil.example\r\n\r\n"),
         {{"method", "POST"}, {"path", "/mcp"}, {"query", ""}, {"body", "hello"}}},
        {"an absolute target",
         get("http://127.0.0.1/x", close),
         {{"method", "GET"}, {"path", "/x"}, {"query", ""}, {"body", ""}}},
        {"HTTP/1.0",
         "GET /old HTTP/1.0\r\nHost: localhost\r\n\r\n",
         {{"method", "GET"}, {"path", "/old"}, {"query", ""}, {"body", ""}}},
        {"an empty line before it",
         "\r\n" + get("/x", close),
         {{"method", "GET"}, {"path", "/x"}, {"query", ""}, {"body", ""}}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto answer = served.ask(row.bytes);
        CAPTURE(answer);
        CHECK(status_of(answer) == 200);
        CHECK(Json::parse(body_of(answer), nullptr, false) == row.seen);
        CHECK(answer.find("x-content-type-options: nosniff\r\n") != std::string::npos);
    }
    const auto head = served.ask(get("/", close).replace(0, 3, "HEAD"));
    CHECK(status_of(head) == 200);
    CHECK(body_of(head).empty());
}

TEST_CASE("a body of the largest size is read whole") {
    Served served([](transport::HttpRequest request, transport::Responder& answer) -> Async<void> {
        transport::HttpResponse reply{.status =
                                          request.body == std::string(4 * 1024 * 1024, 'x') ? 202 : 409};
        co_await answer.reply(std::move(reply));
    });
    CHECK(status_of(served.ask(post(std::string(4 * 1024 * 1024, 'x'), "Connection: close\r\n"))) == 202);
}

TEST_CASE("who waits for a 100 gets it before the body, and only where the body is wanted") {
    Served served(tests::echo);
    auto socket = served.connect();
    socket.send(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: "
        "close\r\n\r\n");
    CHECK(socket.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    socket.send("hello");
    CHECK(status_of(socket.read_to_end()) == 200);
    CHECK(status_of(served.ask("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\nExpect: "
                               "100-continue\r\n\r\n")) == 413);
}

TEST_CASE("who is too slow gets 408, and who says nothing gets nothing") {
    // A handshake takes the server's part in it, and is inside of the deadline.
    Served hurried(tests::echo, {.header_deadline = tests::all_over_tls() ? 3s : 100ms});
    std::promise<void> sent;
    if (!tests::all_over_tls())  // the connection is looked at once half of the head is there
        boost::asio::post(hurried.loop().context(), [&sent] { sent.get_future().wait(); });
    auto half = hurried.connect();
    half.send("GET / HTTP/1.1\r\nHost: loc");
    sent.set_value();
    CHECK(status_of(half.read_to_end()) == 408);
    CHECK(hurried.ask("").empty());
    Served patient(tests::echo, {.body_deadline = 100ms, .idle = 100ms});
    CHECK(status_of(patient.ask("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel")) ==
          408);
    auto kept = patient.connect();
    kept.send(get("/"));
    CHECK(status_of(kept.read_message()) == 200);
    CHECK(kept.read_to_end().empty());
}

TEST_CASE("one connection too many is told to come back") {
    Served served(tests::echo, {.connections = 2});
    auto first = served.connect();
    auto second = served.connect();
    first.send(get("/"));
    second.send(get("/"));
    CHECK(status_of(first.read_message()) == 200);
    CHECK(status_of(second.read_message()) == 200);
    const auto answer = served.ask(get("/"));
    CHECK(status_of(answer) == 503);
    CHECK(answer.find("retry-after: 1\r\n") != std::string::npos);
    first.send(get("/"));
    CHECK(status_of(first.read_message()) == 200);
}

TEST_CASE("attack: one address has so many connections, and a connection that ends makes room") {
    Served served(tests::echo, {.connections_of_one = 2,
                                .counted = [](std::string_view remote) { return remote == "127.0.0.1"; }});
    auto first = served.connect();
    {
        auto second = served.connect();
        for (auto* each : {&first, &second}) {
            each->send(get("/"));
            CHECK(status_of(each->read_message()) == 200);
        }
        const auto answer = served.ask(get("/"));
        CHECK(status_of(answer) == 429);
        CHECK(answer.find("retry-after: 1\r\n") != std::string::npos);
        CHECK(body_of(answer).find("Too many connections are open from this address") != std::string::npos);
    }
    const auto again = [&] { return status_of(served.ask(get("/", "Connection: close\r\n"))); };
    const auto end = std::chrono::steady_clock::now() + 10s;
    auto status = again();
    while (status == 429 && std::chrono::steady_clock::now() < end) status = again();
    CHECK(status == 200);
}

TEST_CASE("connections that are not counted have no limit of their own") {
    Served served(tests::echo, {.connections_of_one = 1, .counted = [](std::string_view) { return false; }});
    auto first = served.connect();
    auto second = served.connect();
    for (auto* each : {&first, &second}) {
        each->send(get("/"));
        CHECK(status_of(each->read_message()) == 200);
    }
}

TEST_CASE("a handler that throws or says nothing costs one request a 500") {
    Served served([](transport::HttpRequest request, transport::Responder& answer) -> Async<void> {
        if (request.path == "/throw") throw std::runtime_error("a bug");
        if (request.path == "/odd") throw 7;
        if (request.path == "/well") co_return co_await tests::echo(std::move(request), answer);
    });
    auto socket = served.connect();
    for (const auto* path : {"/throw", "/odd", "/nothing"}) {
        CAPTURE(path);
        socket.send(get(path));
        const auto answer = socket.read_message();
        CHECK(status_of(answer) == 500);
        CHECK(Json::parse(body_of(answer), nullptr, false).contains("error"));
    }
    socket.send(get("/well"));
    CHECK(status_of(socket.read_message()) == 200);
}

TEST_CASE("an address that cannot be bound is refused with the reason") {
    Served first(tests::echo);
    boost::asio::io_context loop;
    const auto taken = transport::Listener::bind(loop, {.port = first.port()}, tests::echo);
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().code == Errc::refused);
    CHECK(taken.error().message.find("in use") != std::string::npos);
    const auto odd = transport::Listener::bind(loop, {.address = "everywhere"}, tests::echo);
    REQUIRE_FALSE(odd.has_value());
    CHECK(odd.error().code == Errc::refused);
    const auto wanting = [&]() -> Error {
        const fakes::FewDescriptors none(0);
        const auto bound = transport::Listener::bind(loop, {}, tests::echo);
        return bound ? Error{} : bound.error();
    }();
    CHECK(wanting.code == Errc::refused);
    CHECK(wanting.message.find(
              "Too many open files. Nothing was started. Allow this program more open files") !=
          std::string::npos);
    CHECK(wanting.message.find("Stop the program") == std::string::npos);
    CHECK(taken.error().message.find("Stop the program") != std::string::npos);
}

}  // namespace tfy::transport::listener_test
