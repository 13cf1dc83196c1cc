// Both eras on one stream: batches, changes told unasked, listening.
#include "server/mcp/stdio_session.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tests/fakes/offer.hpp"
#include "tests/fakes/pipe_transport.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::stdio_session_test {

namespace {

struct World : fakes::Offer {
    World()
        : log(redaction, observability::Log::Level::off),
          pipe(loop),
          session(loop, pipe, dispatch, questions, {.principal = "stdio:user"}, log,
                  [this] { subscriptions.drain(); }) {
        boost::asio::co_spawn(loop, session.run(), [this](const std::exception_ptr&) { ended = true; });
    }
    ~World() { loop.abandon(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void say(const Json& message) { pipe.push(message.dump()); }
    /// The next message that came back.
    Json hear() {
        until([this] { return pipe.sent().size() > heard; });
        return Json::parse(pipe.sent().at(heard++));
    }
    bool quiet() {
        settle();
        return pipe.sent().size() == heard;
    }
    void shake_hands(const std::string& version) {
        say({{"jsonrpc", "2.0"},
             {"id", 0},
             {"method", "initialize"},
             {"params",
              {{"protocolVersion", version},
               {"capabilities", Json::object()},
               {"clientInfo", {{"name", "test"}, {"version", "1"}}}}}});
        CHECK(hear()["result"]["protocolVersion"] == version);
    }
    static Json request(int id, const std::string& method, Json params = Json::object()) {
        return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
    }
    static Json modern(int id, const std::string& method, Json params = Json::object()) {
        params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                           {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
        return request(id, method, std::move(params));
    }
    static Json cancelled(int id) {
        return {{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", id}}}};
    }

    observability::Log log;
    fakes::PipeTransport pipe;
    mcp::StdioSession session;
    std::size_t heard = 0;
    bool ended = false;
};

}  // namespace

TEST_CASE("a batch of 2025-03-26 is answered with one array, when its last request is") {
    World world;
    world.shake_hands("2025-03-26");
    world.say(Json::array({World::request(1, "ping"),
                           World::request(2, "tools/call", {{"name", "slow"}}),
                           17,
                           {{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}}));
    world.until([&] { return world.tools.waiting == 1; });
    CHECK(world.quiet());
    world.tools.let_go();
    const auto answers = world.hear();
    REQUIRE(answers.is_array());
    CHECK(answers.size() == 3);
    CHECK(world.quiet());
}

TEST_CASE("a request of a batch that is cancelled is left out of its answer") {
    World world;
    world.shake_hands("2025-03-26");
    world.say(Json::array({World::request(1, "ping"), World::request(2, "tools/call", {{"name", "slow"}})}));
    world.until([&] { return world.tools.waiting == 1; });
    world.say(World::cancelled(2));
    const auto answers = world.hear();
    CHECK(answers.size() == 1);
    CHECK(answers.at(0)["id"] == 1);
}

TEST_CASE("no other revision takes a batch, and the stream goes on") {
    for (const auto* version : {"2025-06-18", "2025-11-25"}) {
        CAPTURE(version);
        World world;
        world.shake_hands(version);
        world.say(Json::array({World::request(1, "ping")}));
        CHECK(world.hear()["error"]["code"] == -32600);
        world.say(World::request(2, "ping"));
        CHECK(world.hear()["result"] == Json::object());
    }
}

TEST_CASE("a request whose id holds a token's value is refused, and the value is in no answer") {
    World world;
    const auto value = leaks::opaque_token(7, 48);
    world.redaction.add(redaction::fingerprint(value, "ci", world.redaction.key()));
    const auto with_id = [&](Json request, const std::string& id) {
        request["id"] = id;
        return request;
    };
    const auto refused = [&](const Json& answer) {
        CHECK(answer["error"]["code"] == -32600);
        CHECK(answer["error"]["message"].get<std::string>().starts_with("The id of this request holds"));
        CHECK(answer.value("id", Json(nullptr)) == Json(nullptr));
    };
    world.say(with_id(World::modern(0, "tools/call", {{"name", "slow"}}), "call " + value));
    refused(world.hear());
    CHECK(world.tools.waiting == 0);
    world.say(with_id(World::request(0, "initialize"), value));
    refused(world.hear());
    world.shake_hands("2025-06-18");
    world.say(with_id(World::request(0, "ping"), leaks::hex(value)));
    refused(world.hear());
    world.say(with_id(World::request(0, "no/such"), "p-1"));
    CHECK(world.hear()["id"] == "p-1");
}

TEST_CASE("one stream serves a modern and a legacy client in turn") {
    World world;
    world.say(World::modern(1, "tools/list"));
    CHECK(world.hear()["result"]["resultType"] == "complete");
    world.shake_hands("2025-06-18");
    world.say(World::request(2, "tools/list"));
    CHECK(!world.hear()["result"].contains("resultType"));
    world.say(World::modern(3, "server/discover"));
    CHECK(world.hear()["result"]["supportedVersions"].size() == 4);
    world.say(World::modern(4, "ping"));
    CHECK(world.hear()["error"]["code"] == -32601);
}

TEST_CASE("a legacy client hears of lists that change unasked, and of resources that it subscribed to") {
    World world;
    world.shake_hands("2025-11-25");
    world.settle();
    world.subscriptions.publish({mcp::Change::Of::resource, "test://watched"});
    world.subscriptions.publish({mcp::Change::Of::tools_list});
    CHECK(world.hear()["method"] == "notifications/tools/list_changed");
    world.say(World::request(1, "resources/subscribe", {{"uri", "test://watched"}}));
    CHECK(world.hear()["result"] == Json::object());
    world.subscriptions.publish({mcp::Change::Of::resource, "test://watched"});
    CHECK(world.hear()["params"]["uri"] == "test://watched");
}

TEST_CASE("a modern subscription ends with its client's cancellation, silently; others go on") {
    World world;
    const Json wanted = {{"notifications", {{"toolsListChanged", true}}}};
    world.say(World::modern(1, "subscriptions/listen", wanted));
    world.say(World::modern(2, "subscriptions/listen", wanted));
    const auto mark = [](const Json& message) {
        return message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
    };
    CHECK(mark(world.hear()) == 1);
    CHECK(mark(world.hear()) == 2);
    world.say(World::cancelled(1));
    world.settle();
    world.subscriptions.publish({mcp::Change::Of::tools_list});
    CHECK(mark(world.hear()) == 2);
    CHECK(world.quiet());
}

TEST_CASE("at the end of input a subscription is ended gracefully, and the session ends") {
    World world;
    world.say(World::modern(1, "subscriptions/listen", {{"notifications", {{"toolsListChanged", true}}}}));
    world.hear();
    world.pipe.close();
    const auto last = world.hear();
    CHECK(last["id"] == 1);
    CHECK(last["result"]["resultType"] == "complete");
    world.until([&] { return world.ended; });
}

TEST_CASE("a peer that can no longer be answered has left: the session ends, and begins nothing more") {
    World world;
    world.shake_hands("2025-11-25");
    world.pipe.leave();
    world.say(World::request(1, "ping"));
    world.until([&] { return world.ended; });
    world.say(World::request(2, "tools/call", {{"name", "slow"}}));
    world.settle();
    CHECK(world.tools.waiting == 0);
    CHECK(world.pipe.waiting() == 1);
}

TEST_CASE("the progress of a request grows with each notification, whatever is reported") {
    World world;
    mcp::Requester requester{.context = {}, .caller = {}, .outbox = world.pipe, .redaction = world.redaction};
    requester.context.progress_token = "t";
    for (const auto done : {0.0, 5.0, 3.0, 5.0, 7.0}) {
        boost::asio::co_spawn(world.loop, requester.progress(done, {}, ""), boost::asio::detached);
        world.settle();
    }
    double last = -1;
    for (int i = 0; i < 5; ++i) {
        const auto now = world.hear()["params"]["progress"].get<double>();
        CHECK(now > last);
        last = now;
    }
    CHECK(last == 7.0);
}

TEST_CASE("a peer that does not read is not listened to for ever; when it reads, everything is answered") {
    World world;
    world.shake_hands("2025-11-25");
    world.pipe.stop_reading();
    constexpr std::size_t many = 3000;
    for (std::size_t id = 1; id <= many; ++id) world.say(World::request(static_cast<int>(id), "ping"));
    world.settle();
    CHECK(world.pipe.waiting() > many / 2);
    world.pipe.read_on();
    world.until([&] { return world.pipe.sent().size() == world.heard + many; });
    CHECK(world.pipe.waiting() == 0);
}

TEST_CASE("log messages come at the level that was asked for, by session or by request") {
    World world;
    world.shake_hands("2025-11-25");
    world.say(World::request(1, "logging/setLevel", {{"level", "warning"}}));
    CHECK(world.hear()["result"] == Json::object());
    world.say(World::request(2, "logging/setLevel", {{"level", "loud"}}));
    CHECK(world.hear()["error"]["code"] == -32602);
}

}  // namespace tfy::stdio_session_test
