#include "server/mcp/event_stream.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "server/loop/loop.hpp"
#include "tests/fakes/captured_answer.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::event_stream_test {

namespace {

using mcp::EventStream;
using End = EventStream::End;
using Texts = std::vector<std::string>;

/// A stream and its connections, on a loop that runs whenever something was asked of it.
struct World {
    explicit World(bool primed = false)
        : stream(std::make_shared<EventStream>(loop.get_executor(), "s1", primed)) {}
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() { loop.abandon(); }

    struct Connection {
        fakes::CapturedAnswer answer;
        std::optional<End> end;
    };
    std::shared_ptr<Connection> connect(std::uint64_t after, std::size_t leaves_after = 1000) {
        auto connection = std::make_shared<Connection>();
        connection->answer.peer_leaves_after = leaves_after;
        boost::asio::co_spawn(loop, stream->write_to(connection->answer, after),
                              [connection](const std::exception_ptr& bug, End end) {
                                  if (bug) std::rethrow_exception(bug);
                                  connection->end = end;
                              });
        settle();
        return connection;
    }
    Result<void> send(redaction::Redacted message) {
        std::optional<Result<void>> sent;
        boost::asio::co_spawn(loop, stream->send(std::move(message)),
                              [&sent](const std::exception_ptr&, Result<void> result) { sent = result; });
        settle();
        return sent.value();
    }
    Result<void> say(std::string text) { return send(redaction::RedactedForTests::make(std::move(text))); }
    void settle() {
        loop.restart();
        loop.poll();
    }

    loop::Loop loop;
    std::shared_ptr<EventStream> stream;
};

}  // namespace

TEST_CASE("events are numbered, and who names a number gets what came after it") {
    World world;
    const auto first = world.connect(0);
    world.say("a");
    world.say("b");
    CHECK(first->answer.events == Texts{"a", "b"});
    CHECK(first->answer.ids == Texts{"s1_1", "s1_2"});
    world.say("c");
    world.stream->finish();
    world.settle();
    CHECK(first->end == End::finished);
    const auto again = world.connect(1);
    CHECK(again->answer.events == Texts{"b", "c"});
    CHECK(again->end == End::finished);
}

TEST_CASE("a primed stream begins with an id alone, an unprimed one and a resumed one do not") {
    World primed(true);
    CHECK(primed.connect(0)->answer.hints.at(0).first == "s1_0");
    CHECK(primed.connect(1)->answer.hints.empty());
    World unprimed;
    CHECK(unprimed.connect(0)->answer.hints.empty());
}

TEST_CASE("a revealed value is written once, and is not there for whoever comes back") {
    World world;
    const auto first = world.connect(0);
    world.send(redaction::RedactedForTests::make_revealing("the value"));
    world.say("after it");
    CHECK(first->answer.events == Texts{"the value", "after it"});
    CHECK(world.connect(0)->answer.events == Texts{"after it"});
}

TEST_CASE("who comes back for a revealed value is told that it was given out") {
    World world;
    boost::asio::co_spawn(world.loop,
                          world.stream->send_once(redaction::RedactedForTests::make_revealing("the value"),
                                                  redaction::RedactedForTests::make("it is gone")),
                          boost::asio::detached);
    world.settle();
    CHECK(world.connect(0)->answer.events == Texts{"the value"});
    CHECK(world.connect(0)->answer.events == Texts{"it is gone"});
    CHECK(world.connect(0)->answer.events == Texts{"it is gone"});
}

TEST_CASE("a suspended stream ends its connection after what was said before, and keeps the rest") {
    World world(true);
    const auto first = world.connect(0);
    world.say("before");
    world.stream->suspend(std::chrono::milliseconds{250});
    world.say("after");
    world.stream->finish();
    world.settle();
    CHECK(first->end == End::suspended);
    CHECK(first->answer.events == Texts{"before"});
    const auto [id, retry] = first->answer.hints.back();
    CHECK(retry == std::chrono::milliseconds{250});
    const auto from = EventStream::read_event_id(id);
    REQUIRE(from);
    const auto second = world.connect(from->second);
    CHECK(second->answer.events == Texts{"after"});
    CHECK(second->end == End::finished);
}

TEST_CASE("what was said after the suspension waits for the next connection, however early it was said") {
    World world(true);
    world.stream->suspend(std::chrono::milliseconds{250});
    world.say("after");
    world.stream->finish();
    const auto first = world.connect(0);
    CHECK(first->end == End::suspended);
    CHECK(first->answer.events.empty());
    const auto from = EventStream::read_event_id(first->answer.hints.back().first);
    REQUIRE(from);
    CHECK(world.connect(from->second)->answer.events == Texts{"after"});
}

TEST_CASE("a later connection takes over from an earlier one") {
    World world;
    const auto first = world.connect(0);
    const auto second = world.connect(0);
    CHECK(first->end == End::replaced);
    world.say("a");
    CHECK(first->answer.events.empty());
    CHECK(second->answer.events == Texts{"a"});
    CHECK(world.stream->attached());
}

TEST_CASE("when the peer has gone the stream waits for the next connection") {
    World world;
    const auto first = world.connect(0, 1);
    world.say("a");
    CHECK(first->end == End::peer_gone);
    CHECK(!world.stream->attached());
    world.say("b");
    CHECK(world.connect(1)->answer.events == Texts{"b"});
}

TEST_CASE("what nobody reads is kept up to the limit, and what was written makes room") {
    World world;
    for (std::size_t i = 0; i < EventStream::most_kept; ++i) REQUIRE(world.say("x").has_value());
    CHECK(world.say("one too many").error().code == Errc::closed);
    world.connect(0);
    CHECK(world.say("there is room again").has_value());
}

TEST_CASE("an event id names a stream and a number, and nothing else is one") {
    const auto read = EventStream::read_event_id("pabc_17");
    REQUIRE(read);
    CHECK(read->first == "pabc");
    CHECK(read->second == 17);
    for (const auto* text : {"", "17", "p_", "p_1x", "p_-1", "p_99999999999999999999"}) {
        CAPTURE(text);
        CHECK(!EventStream::read_event_id(text));
    }
}

}  // namespace tfy::event_stream_test
