// Connections over time: several requests, streams, peers that go, draining.
#include <doctest/doctest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/served.hpp"

namespace tfy::server::connection_test {
namespace {

namespace asio = boost::asio;
using redaction::RedactedForTests;
using tests::get;
using tests::post;
using tests::Served;
using namespace std::chrono_literals;

/// Says when a handler has begun and that it was cancelled; until then it waits.
struct Waiting {
    bool streams = false;
    std::promise<void> begun;
    std::promise<void> cancelled;
    bool let_go = false;

    static Async<void> handle(Waiting* self, transport::Responder& answer) {
        asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
        if (self->streams) co_await answer.start_events();
        self->begun.set_value();
        try {
            co_await never.async_wait(asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            self->cancelled.set_value();
            throw;
        }
    }
    transport::HttpHandler handler() {
        return [this](transport::HttpRequest, transport::Responder& answer) { return handle(this, answer); };
    }
};

/// Answers when told to.
struct Gate {
    std::promise<void> begun;
    asio::steady_timer* shut = nullptr;  // of the handler that waits: a timer must not outlive its loop

    static Async<void> wait(Gate* self) {
        asio::steady_timer shut(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
        self->shut = &shut;
        self->begun.set_value();
        boost::system::error_code opened;
        co_await shut.async_wait(asio::redirect_error(asio::use_awaitable, opened));
    }
    static Async<void> handle(Gate* self, transport::HttpRequest request, transport::Responder& answer) {
        co_await wait(self);
        co_await tests::echo(std::move(request), answer);
    }
    transport::HttpHandler handler() {
        return [this](transport::HttpRequest request, transport::Responder& answer) {
            return handle(this, std::move(request), answer);
        };
    }
    void open(Served& served) {
        asio::post(served.loop().context(), [this] { shut->cancel(); });
    }
};

Async<transport::Verdict> admit_later(Gate* gate) {
    co_await Gate::wait(gate);
    co_return transport::KnownCaller{};
}

bool is_ok(const std::string& answer) { return answer.starts_with("HTTP/1.1 200 "); }

Async<void> stream_events(transport::HttpRequest request, transport::Responder& answer) {
    co_await answer.event(RedactedForTests::make("{\"n\":1}"));
    CHECK(answer.streaming());
    co_await answer.event(RedactedForTests::make("{\"n\":2}"));
    if (request.path != "/unfinished") co_await answer.end_events();
}

}  // namespace

TEST_CASE("one connection serves request after request, also those that were sent ahead") {
    Served served(tests::echo);
    auto socket = served.connect();
    socket.send(post("first"));
    CHECK(socket.read_message().find("first") != std::string::npos);
    socket.send(post("second") + post("third") + get("/fourth", "Connection: close\r\n"));
    CHECK(socket.read_message().find("second") != std::string::npos);
    CHECK(socket.read_message().find("third") != std::string::npos);
    CHECK(socket.read_to_end().find("/fourth") != std::string::npos);
}

TEST_CASE("bytes sent ahead while a handler runs are neither a farewell nor lost") {
    Gate gate;
    Served served(gate.handler());
    auto socket = served.connect();
    socket.send(post("first"));
    tests::await(gate.begun.get_future());
    gate.begun = {};
    socket.send("GET /sec");
    socket.send("ond HTTP/1.1\r\nHost: localhost\r\n\r\n");
    gate.open(served);
    CHECK(socket.read_message().find("first") != std::string::npos);
    tests::await(gate.begun.get_future());
    gate.open(served);
    CHECK(socket.read_message().find("/second") != std::string::npos);
}

TEST_CASE(
    "a peer that goes cancels its handler: one that resets at once, one that closes when it is written to") {
    for (const bool streams : {true, false})
        for (const char* ahead : {"", "GET /pipelined"}) {
            CAPTURE(streams);
            Waiting waiting{.streams = streams};
            Served served(waiting.handler());
            auto socket = served.connect();
            socket.send(post("{}") + ahead);
            tests::await(waiting.begun.get_future());
            if (!streams) socket.reset_on_close();
            socket.close();
            tests::await(waiting.cancelled.get_future());
        }
}

TEST_CASE("a peer that only sends no more gets its answers, also to what it sent ahead, and is let go") {
    Gate gate;
    Served served(gate.handler(), {.idle = 60s});
    auto socket = served.connect();
    socket.send(post("first") + post("second"));
    socket.end_sending();
    tests::await(gate.begun.get_future());
    gate.begun = {};
    gate.open(served);
    CHECK(socket.read_message().find("first") != std::string::npos);
    tests::await(gate.begun.get_future());
    gate.open(served);
    const auto last = socket.read_to_end();
    CHECK(is_ok(last));
    CHECK(last.find("second") != std::string::npos);
}

TEST_CASE("a stream to a peer that sends no more goes on") {
    Served served(
        [](transport::HttpRequest, transport::Responder& answer) -> Async<void> {
            co_await answer.start_events();
            asio::steady_timer timer(co_await asio::this_coro::executor, 200ms);
            co_await timer.async_wait(asio::use_awaitable);
            co_await answer.event(RedactedForTests::make("{\"late\":1}"));
            co_await answer.end_events();
        },
        {.idle = 60s, .keep_alive_comment = 20ms});
    auto socket = served.connect();
    socket.send(post("{}"));
    socket.end_sending();
    const auto all = socket.read_to_end();
    CHECK(all.find("{\"late\":1}") != std::string::npos);
    CHECK(all.ends_with("0\r\n\r\n"));
}

TEST_CASE("events go out as chunks, and the connection can be used again") {
    Served served([](transport::HttpRequest request, transport::Responder& answer) -> Async<void> {
        if (request.method == "POST") co_return co_await stream_events(std::move(request), answer);
        co_await tests::echo(std::move(request), answer);
    });
    auto socket = served.connect();
    socket.send(post("{}"));
    const auto head = socket.read_until("\r\n\r\n");
    CHECK(head.find("content-type: text/event-stream\r\n") != std::string::npos);
    CHECK(head.find("cache-control: no-store\r\n") != std::string::npos);
    CHECK(head.find("x-accel-buffering: no\r\n") != std::string::npos);
    CHECK(head.find("transfer-encoding: chunked\r\n") != std::string::npos);
    CHECK(socket.read_until("0\r\n\r\n") ==
          "1e\r\nevent: message\ndata: {\"n\":1}\n\n\r\n1e\r\nevent: message\ndata: "
          "{\"n\":2}\n\n\r\n0\r\n\r\n");
    socket.send(get("/again"));
    CHECK(socket.read_message().find("/again") != std::string::npos);
}

TEST_CASE("a stream to HTTP/1.0 ends with its connection, and one that was never ended is cut") {
    Served served(stream_events);
    const auto old = served.ask("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
    CHECK(old.ends_with("\r\n\r\nevent: message\ndata: {\"n\":1}\n\nevent: message\ndata: {\"n\":2}\n\n"));
    CHECK(old.find("chunked") == std::string::npos);
    const auto unfinished = served.ask(get("/unfinished"));
    CHECK(unfinished.find("{\"n\":2}") != std::string::npos);
    CHECK_FALSE(unfinished.ends_with("0\r\n\r\n"));
}

TEST_CASE("comments keep a waiting stream alive") {
    Gate gate;
    Served served(
        [&gate](transport::HttpRequest, transport::Responder& answer) -> Async<void> {
            transport::Headers extra = {{"x-extra", "yes"}};
            co_await answer.start_events(std::move(extra));
            co_await Gate::wait(&gate);
            co_await answer.end_events();
        },
        {.keep_alive_comment = 5ms});
    auto socket = served.connect();
    socket.send(post("{}"));
    CHECK(socket.read_until("\r\n\r\n").find("x-extra: yes\r\n") != std::string::npos);
    for (int i = 0; i < 3; ++i) CHECK(socket.read_until("\n\n\r\n") == "e\r\n: keep-alive\n\n\r\n");
    tests::await(gate.begun.get_future());
    gate.open(served);
    CHECK(socket.read_until("0\r\n\r\n").ends_with("0\r\n\r\n"));
}

TEST_CASE("a comment that falls due while an event is being written waits") {
    const std::string large(20'000'000, 'x');  // more than the sockets hold while no one reads
    std::promise<void> comments_were_due;
    Served served(
        [&](transport::HttpRequest, transport::Responder& answer) -> Async<void> {
            const auto loop = co_await asio::this_coro::executor;
            const auto later =
                std::make_shared<asio::steady_timer>(loop, 20ms);  // fires after several comments' timers
            later->async_wait([later, &comments_were_due](auto) { comments_were_due.set_value(); });
            co_await answer.event(RedactedForTests::make(large));
            co_await answer.end_events();
        },
        {.keep_alive_comment = 2ms});
    auto socket = served.connect();
    socket.send(post("{}"));
    tests::await(comments_were_due.get_future());
    const auto stream = socket.read_until("0\r\n\r\n");
    CHECK(stream.find("event: message\ndata: " + large + "\n\n\r\n") != std::string::npos);
}

TEST_CASE("an answer is given once") {
    Served served([](transport::HttpRequest, transport::Responder& answer) -> Async<void> {
        CHECK((co_await answer.end_events()).has_value() == false);
        transport::HttpResponse first{.status = 202};
        CHECK((co_await answer.reply(std::move(first))).has_value());
        transport::HttpResponse second{.status = 200};
        CHECK((co_await answer.reply(std::move(second))).error().code == Errc::internal);
        CHECK((co_await answer.event(RedactedForTests::make("{}"))).error().code == Errc::internal);
    });
    CHECK(served.ask(get("/", "Connection: close\r\n")).starts_with("HTTP/1.1 202 "));
}

TEST_CASE(
    "draining ends idle connections and half requests at once, lets an open request finish, and takes no new "
    "ones") {
    Gate gate;
    Served served(
        [&gate](transport::HttpRequest request, transport::Responder& answer) -> Async<void> {
            if (request.method == "POST") co_await Gate::wait(&gate);
            co_await tests::echo(std::move(request), answer);
        },
        {.header_deadline = 60s, .idle = 60s});
    auto silent = served.connect();
    auto idle = served.connect();
    idle.send(get("/"));
    CHECK(is_ok(idle.read_message()));
    auto half_head = served.connect();
    half_head.send("GET / HTTP/1.1\r\nHost: loc");
    auto half_body = served.connect();
    half_body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel");
    auto busy = served.connect();
    busy.send(post("last"));
    tests::await(gate.begun.get_future());
    auto drained = served.loop().begin(served.listener().drain(20s));
    CHECK(silent.read_to_end().empty());
    CHECK(idle.read_to_end().empty());
    CHECK(half_head.read_to_end().empty());
    CHECK(half_body.read_to_end().empty());
    CHECK_THROWS(served.connect());
    gate.open(served);
    const auto answer = busy.read_to_end();
    CHECK(is_ok(answer));
    CHECK(answer.find("connection: close\r\n") != std::string::npos);
    tests::await(std::move(drained));
}

TEST_CASE(
    "draining lets a request finish that was read whole before its caller was known, and no half of one") {
    Gate of_half, of_whole;
    Served served(tests::echo, {.header_deadline = 60s,
                                .body_deadline = 60s,
                                .arrived = [&](const transport::Arrival& arrival) -> transport::Admission {
                                    return admit_later(arrival.path == "/half" ? &of_half : &of_whole);
                                }});
    auto half = served.connect();
    half.send("POST /half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel");
    auto whole = served.connect();
    whole.send(post("last"));
    for (auto* gate : {&of_half, &of_whole}) tests::await(gate->begun.get_future());
    auto drained = served.loop().begin(served.listener().drain(20s));
    for (auto* gate : {&of_half, &of_whole}) gate->open(served);
    CHECK(half.read_to_end().empty());
    const auto answer = whole.read_to_end();
    CHECK(is_ok(answer));
    CHECK(answer.find("last") != std::string::npos);
    tests::await(std::move(drained));
}

TEST_CASE("draining cuts what does not finish in time") {
    Waiting waiting;
    Served served(waiting.handler());
    auto socket = served.connect();
    socket.send(post("{}"));
    tests::await(waiting.begun.get_future());
    served.loop().run(served.listener().drain(50ms));
    tests::await(waiting.cancelled.get_future());
    CHECK(socket.read_to_end().empty());
}

}  // namespace tfy::server::connection_test
