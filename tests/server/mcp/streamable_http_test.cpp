// Both eras over HTTP, without a socket: requests in, captured answers out.
#include "server/mcp/streamable_http.hpp"

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "tests/fakes/captured_answer.hpp"
#include "tests/fakes/offer.hpp"

namespace tfy::streamable_http_test {
namespace {

using transport::HttpRequest;
constexpr auto both = "application/json, text/event-stream";

/// One request on its way.
struct Exchange {
    explicit Exchange(HttpRequest asked) : request(std::move(asked)) {}
    HttpRequest request;
    fakes::CapturedAnswer answer;
    boost::asio::cancellation_signal gone;
    bool done = false;
    Json event(std::size_t number) const { return Json::parse(answer.events.at(number)); }
};

struct World : fakes::Offer {
    explicit World(mcp::LegacyHttp::Timeouts patience = {})
        : http(dispatch, questions, clock, policy::SealKey{}, {}, patience) {}

    std::shared_ptr<Exchange> begin(HttpRequest request) {
        const auto exchange = std::make_shared<Exchange>(std::move(request));
        boost::asio::co_spawn(
            loop, http.handle(exchange->request, exchange->answer),
            boost::asio::bind_cancellation_slot(
                exchange->gone.slot(), [exchange](const std::exception_ptr&) { exchange->done = true; }));
        settle();
        return exchange;
    }
    std::shared_ptr<Exchange> ask(HttpRequest request) {
        auto exchange = begin(std::move(request));
        until([&] { return exchange->done; });
        return exchange;
    }
    /// The peer's connection breaks.
    void hang_up(Exchange& exchange) {
        exchange.gone.emit(boost::asio::cancellation_type::terminal);
        until([&] { return exchange.done; });
    }

    HttpRequest post(const Json& body, transport::Headers more = {}) const {
        HttpRequest request{
            .method = "POST", .path = "/mcp", .headers = std::move(more), .body = body.dump()};
        request.headers.emplace_back("content-type", "application/json");
        request.headers.emplace_back("accept", both);
        return request;
    }
    HttpRequest legacy(const Json& body) const { return post(body, {{"mcp-session-id", session}}); }
    HttpRequest call(int id, const std::string& tool) const {
        return legacy({{"jsonrpc", "2.0"},
                       {"id", id},
                       {"method", "tools/call"},
                       {"params", {{"name", tool}, {"_meta", {{"progressToken", "t"}}}}}});
    }
    HttpRequest get(std::string last_event_id = {}) const {
        HttpRequest request{.method = "GET", .path = "/mcp"};
        request.headers = {{"mcp-session-id", session}, {"accept", "text/event-stream"}};
        if (!last_event_id.empty()) request.headers.emplace_back("last-event-id", std::move(last_event_id));
        return request;
    }
    HttpRequest cancel(int id) const {
        return legacy(
            {{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", id}}}});
    }
    void shake_hands(const std::string& version) {
        const auto answer = ask(post({{"jsonrpc", "2.0"},
                                      {"id", 0},
                                      {"method", "initialize"},
                                      {"params",
                                       {{"protocolVersion", version},
                                        {"capabilities", {{"elicitation", Json::object()}}},
                                        {"clientInfo", {{"name", "test"}, {"version", "1"}}}}}}));
        session = answer->answer.header("mcp-session-id");
        REQUIRE(!session.empty());
    }
    HttpRequest modern(int id, const std::string& method, Json params = Json::object()) const {
        const auto name = params.value("name", std::string{});
        params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                           {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
        const Json body{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
        auto request = post(body, {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", method}});
        if (!name.empty()) request.headers.emplace_back("mcp-name", name);
        return request;
    }

    std::string session;
    mcp::StreamableHttp http;
};

std::string text_of(const Json& message) {
    return message.at("result").at("content").at(0).at("text").get<std::string>();
}

}  // namespace

TEST_CASE("a legacy call that has nothing to say before its answer is answered with JSON") {
    World world;
    world.shake_hands("2025-11-25");
    const auto answer = world.ask(world.call(1, "quick"));
    CHECK(answer->answer.status() == 200);
    CHECK(text_of(answer->answer.json()) == "quick is done");
}

TEST_CASE("a legacy stream has event ids, and only 2025-11-25 is primed") {
    for (const auto& [version, hints] :
         {std::pair{"2025-11-25", 1U}, {"2025-06-18", 0U}, {"2025-03-26", 0U}}) {
        CAPTURE(version);
        World world;
        world.shake_hands(version);
        const auto call = world.begin(world.call(1, "slow"));
        world.until([&] { return world.tools.waiting == 1; });
        world.tools.let_go();
        world.until([&] { return call->done; });
        CHECK(call->answer.hints.size() == hints);
        CHECK(call->event(0)["method"] == "notifications/progress");
        CHECK(text_of(call->event(1)) == "slow is done");
        CHECK(!call->answer.ids.at(0).empty());
        CHECK(call->answer.ended);
    }
}

TEST_CASE("a legacy call outlives its connection, and Last-Event-ID gets the rest") {
    World world;
    world.shake_hands("2025-11-25");
    const auto call = world.begin(world.call(1, "slow"));
    world.until([&] { return world.tools.waiting == 1 && !call->answer.ids.empty(); });
    world.hang_up(*call);
    CHECK(world.tools.cancelled == 0);
    world.tools.let_go();
    world.settle();
    const auto again = world.ask(world.get(call->answer.ids.at(0)));
    CHECK(text_of(again->event(0)) == "slow is done");
}

TEST_CASE("where the client does not come back in time its call is cancelled, and the stream is gone") {
    World world({std::chrono::milliseconds{0}, std::chrono::milliseconds{0}});
    world.shake_hands("2025-11-25");
    const auto call = world.begin(world.call(1, "slow"));
    world.until([&] { return world.tools.waiting == 1 && !call->answer.ids.empty(); });
    world.hang_up(*call);
    world.until([&] { return world.tools.cancelled == 1; });
    CHECK(world.ask(world.get(call->answer.ids.at(0)))->answer.status() == 400);
}

TEST_CASE("a suspended call closes its connection with a retry, and is answered on the next one") {
    World world;
    world.shake_hands("2025-11-25");
    const auto call = world.ask(world.call(1, "pauses"));
    CHECK(call->answer.events.empty());
    REQUIRE(call->answer.hints.size() == 2);
    CHECK(call->answer.hints.at(1).second == std::chrono::milliseconds{250});
    const auto again = world.ask(world.get(call->answer.hints.at(1).first));
    CHECK(text_of(again->event(0)) == "pauses is done");
}

TEST_CASE("notifications/cancelled ends a legacy call without an answer; another session's does not") {
    World world;
    world.shake_hands("2025-11-25");
    const auto mine = world.session;
    const auto call = world.begin(world.call(7, "slow"));
    world.until([&] { return world.tools.waiting == 1; });
    world.shake_hands("2025-06-18");
    CHECK(world.ask(world.cancel(7))->answer.status() == 202);
    CHECK(world.tools.cancelled == 0);
    world.session = mine;
    CHECK(world.ask(world.cancel(7))->answer.status() == 202);
    world.until([&] { return call->done; });
    CHECK(world.tools.cancelled == 1);
    CHECK(call->answer.events.size() == 1);  // the progress, no answer
    CHECK(call->answer.ended);
}

TEST_CASE("an id that is still being answered is refused, in the same session only") {
    World world;
    world.shake_hands("2025-11-25");
    const auto call = world.begin(world.call(7, "slow"));
    world.until([&] { return world.tools.waiting == 1; });
    CHECK(world.ask(world.call(7, "quick"))->answer.json()["error"]["code"] == -32600);
    world.shake_hands("2025-11-25");
    CHECK(text_of(world.ask(world.call(7, "quick"))->answer.json()) == "quick is done");
}

TEST_CASE("a question goes out on the call's own stream, and its answer comes as a POST") {
    World world;
    world.shake_hands("2025-11-25");
    const auto call = world.begin(world.call(1, "asks"));
    world.until([&] { return call->answer.events.size() == 1; });
    const auto question = call->event(0);
    CHECK(question["method"] == "elicitation/create");
    const Json said = {{"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", {{"action", "accept"}}}};
    CHECK(world.ask(world.legacy(said))->answer.status() == 202);
    world.until([&] { return call->done; });
    CHECK(text_of(call->event(1)) == "{\"action\":\"accept\"}");
    CHECK(world.ask(world.legacy(said))->answer.status() == 202);  // late is no mistake of the client
}

TEST_CASE("a response to what this session was never asked is refused, and the question stays open") {
    World world;
    world.shake_hands("2025-11-25");
    const auto call = world.begin(world.call(1, "asks"));
    world.until([&] { return call->answer.events.size() == 1; });
    const Json said = {{"jsonrpc", "2.0"}, {"id", call->event(0)["id"]}, {"result", {{"action", "accept"}}}};
    const auto asked = world.session;
    world.shake_hands("2025-06-18");
    CHECK(world.ask(world.legacy(said))->answer.status() == 400);  // another session's
    CHECK(world.ask(world.post(said))->answer.status() == 400);    // no session's
    CHECK_FALSE(call->done);
    world.session = asked;
    CHECK(world.ask(world.legacy(said))->answer.status() == 202);
    world.until([&] { return call->done; });
}

TEST_CASE("batches belong to 2025-03-26, which gets all answers as one array") {
    const Json batch = {{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}},
                        {{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}},
                        {{"jsonrpc", "2.0"}, {"id", 2}, {"method", "no/such"}},
                        17};
    World world;
    world.shake_hands("2025-03-26");
    const auto answer = world.ask(world.legacy(batch))->answer.json();
    REQUIRE(answer.is_array());
    CHECK(answer.size() == 3);
    const Json quiet = {{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}};
    CHECK(world.ask(world.legacy(quiet))->answer.status() == 202);
    for (const auto* version : {"2025-06-18", "2025-11-25"}) {
        CAPTURE(version);
        world.shake_hands(version);
        const auto refused = world.ask(world.legacy(batch));
        CHECK(refused->answer.status() == 400);
        CHECK(refused->answer.json()["error"]["code"] == -32600);
    }
    CHECK(world.ask(world.post(batch))->answer.status() == 400);  // and no session at all
}

TEST_CASE("one slow request makes a batch a stream, and the quick ones' answers are on it") {
    World world;
    world.shake_hands("2025-03-26");
    Json batch = Json::array();
    batch.push_back({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}});
    batch.push_back(
        {{"jsonrpc", "2.0"}, {"id", 2}, {"method", "tools/call"}, {"params", {{"name", "slow"}}}});
    const auto answer = world.begin(world.legacy(batch));
    world.until([&] { return world.tools.waiting == 1; });
    world.tools.let_go();
    world.until([&] { return answer->done; });
    CHECK(answer->answer.events.size() == 2);
    CHECK(answer->answer.ended);
}

TEST_CASE("the GET stream tells a legacy client of what it subscribed to, and of lists that change") {
    World world;
    world.shake_hands("2025-11-25");
    const auto stream = world.begin(world.get());
    const auto subscribe = [&](const std::string& method, const std::string& uri) {
        return world
            .ask(
                world.legacy({{"jsonrpc", "2.0"}, {"id", 3}, {"method", method}, {"params", {{"uri", uri}}}}))
            ->answer.json();
    };
    world.subscriptions.publish({mcp::Change::Of::resource, "test://watched"});
    CHECK(subscribe("resources/subscribe", "test://nothing")["error"]["code"] == -32002);
    CHECK(subscribe("resources/subscribe", "test://watched")["result"] == Json::object());
    world.subscriptions.publish({mcp::Change::Of::resource, "test://watched"});
    world.subscriptions.publish({mcp::Change::Of::tools_list});
    world.until([&] { return stream->answer.events.size() == 2; });
    CHECK(stream->event(0)["params"]["uri"] == "test://watched");
    CHECK(stream->event(1)["method"] == "notifications/tools/list_changed");
    CHECK(subscribe("resources/unsubscribe", "test://watched")["result"] == Json::object());
    world.subscriptions.publish({mcp::Change::Of::resource, "test://watched"});
    world.subscriptions.drain();
    world.until([&] { return stream->done; });
    CHECK(stream->answer.events.size() == 2);
    CHECK(stream->answer.ended);
}

TEST_CASE("what a GET or DELETE without a living session gets") {
    World world;
    CHECK(world.ask({.method = "GET", .path = "/mcp"})->answer.status() == 400);
    world.session = "none";
    CHECK(world.ask(world.get())->answer.status() == 404);
    world.shake_hands("2025-11-25");
    auto json_only = world.get();
    json_only.headers.at(1).second = "application/json";
    CHECK(world.ask(std::move(json_only))->answer.status() == 406);
    const auto stream = world.begin(world.get());
    HttpRequest end{.method = "DELETE", .path = "/mcp", .headers = {{"mcp-session-id", world.session}}};
    CHECK(world.ask(end)->answer.status() == 204);
    world.until([&] { return stream->done; });
    CHECK(world.ask(end)->answer.status() == 404);
    CHECK(world.ask(world.call(1, "quick"))->answer.status() == 404);
    CHECK(world.ask({.method = "PUT", .path = "/mcp"})->answer.status() == 405);
}

TEST_CASE(
    "a listening modern client is acknowledged first, hears what it asked for, and is told when it is over") {
    World world;
    const Json wanted = {{"toolsListChanged", true},
                         {"promptsListChanged", true},
                         {"resourceSubscriptions", {"test://watched", "test://secret"}}};
    const auto stream = world.begin(world.modern(5, "subscriptions/listen", {{"notifications", wanted}}));
    const auto mark = [](const Json& holder) {
        return holder["_meta"]["io.modelcontextprotocol/subscriptionId"];
    };
    world.until([&] { return !stream->answer.events.empty(); });
    CHECK(stream->event(0)["method"] == "notifications/subscriptions/acknowledged");
    CHECK(mark(stream->event(0)["params"]) == 5);
    CHECK(stream->event(0)["params"]["notifications"] ==
          Json{{"toolsListChanged", true}, {"resourceSubscriptions", {"test://watched"}}});
    world.subscriptions.publish({mcp::Change::Of::prompts_list});
    world.subscriptions.publish({mcp::Change::Of::resource, "test://watched"});
    world.until([&] { return stream->answer.events.size() == 2; });
    CHECK(stream->event(1)["method"] == "notifications/resources/updated");
    CHECK(mark(stream->event(1)["params"]) == 5);
    world.subscriptions.drain();
    world.until([&] { return stream->done; });
    CHECK(stream->event(2)["id"] == 5);
    CHECK(stream->event(2)["result"]["resultType"] == "complete");
    CHECK(mark(stream->event(2)["result"]) == 5);
    CHECK(stream->answer.ids == std::vector<std::string>(3));  // nothing can be taken up again
}

TEST_CASE("a closed connection cancels a modern call") {
    World world;
    const auto call = world.begin(world.modern(1, "tools/call", {{"name", "slow"}}));
    world.until([&] { return world.tools.waiting == 1; });
    world.hang_up(*call);
    CHECK(world.tools.cancelled == 1);
}

TEST_CASE("methods of one era are unknown to the other") {
    World world;
    world.shake_hands("2025-11-25");
    for (const auto* method : {"server/discover", "subscriptions/listen", "tasks/update"}) {
        CAPTURE(method);
        const auto answer = world.ask(world.legacy({{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}}));
        CHECK(answer->answer.status() == 200);
        CHECK(answer->answer.json()["error"]["code"] == -32601);
    }
    for (const auto* method : {"ping", "logging/setLevel", "resources/subscribe", "tasks/list", "nonsense"}) {
        CAPTURE(method);
        const auto answer = world.ask(world.modern(1, method));
        CHECK(answer->answer.status() == 404);
        CHECK(answer->answer.json()["error"]["code"] == -32601);
    }
}

TEST_CASE("a version that nobody speaks is refused whatever comes with it, and what is spoken is named") {
    World world;
    world.shake_hands("2025-11-25");
    const Json note = {{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}};
    for (auto request :
         {world.get(), world.legacy(note), world.post(note), world.call(1, "quick"),
          HttpRequest{.method = "DELETE", .path = "/mcp", .headers = {{"mcp-session-id", world.session}}}}) {
        CAPTURE(request.method);
        request.headers.emplace_back("mcp-protocol-version", "2099-01-01");
        const auto refused = world.ask(std::move(request));
        CHECK(refused->answer.status() == 400);
        CHECK(refused->answer.json()["error"]["code"] == -32022);
        CHECK(refused->answer.json()["error"]["data"]["supported"].size() == 4);
    }
    CHECK(world.ask(world.call(1, "quick"))->answer.status() == 200);  // the session is still there
    HttpRequest modern_get{
        .method = "GET", .path = "/mcp", .headers = {{"mcp-protocol-version", "2026-07-28"}}};
    CHECK(world.ask(std::move(modern_get))->answer.status() == 405);
}

TEST_CASE("media types are the same in any case") {
    World world;
    world.shake_hands("2025-11-25");
    auto ask = [&, request = world.call(1, "quick")](std::string_view header, const char* said) mutable {
        for (auto& [name, value] : request.headers)
            if (name == header) value = said;
        return world.ask(request)->answer.status();
    };
    CHECK(ask("content-type", "Application/JSON; charset=utf-8") == 200);
    for (const auto* good : {"Application/*", "text/html;q=0.5, APPLICATION/JSON"})
        CHECK(ask("accept", good) == 200);
    for (const auto* accept : {"application/jsonp", "text/*", ""}) CHECK(ask("accept", accept) == 406);
}

TEST_CASE("a bug in a tool is answered as an internal error that tells nothing about it") {
    World world;
    world.shake_hands("2025-11-25");
    const auto error = world.ask(world.call(1, "throws"))->answer.json()["error"];
    CHECK((error["code"] == -32603 && error.dump().find("a bug") == std::string::npos));
}

}  // namespace tfy::streamable_http_test
