// A caller may be cut off at any moment. What a person approved is then either not claimed, or it runs to its
// end: a row is never left executing. Each test cuts the caller off after no step of the loop, after one,
// after two, … until the call has ended by itself, so that every suspension on its way has had its turn.
#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "server/app/app.hpp"
#include "server/loop/loop.hpp"
#include "tests/fakes/captured_answer.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/pipe_transport.hpp"

namespace tfy::cancelled_call_test {

namespace {

namespace asio = boost::asio;
using State = policy::Approval::State;
using truefoundry::ApiResponse;

constexpr auto tool = "tfy_access_tokens_delete";
constexpr auto listing =
    R"({"data":[{"id":"pat1","type":"pat","manifest":{"name":"ci-pipeline","type":"pat"},)"
    R"("createdAt":"2026-08-25T09:30:00.000Z"}],"pagination":{"total":1,"offset":0,"limit":100}})";

Json call(std::size_t id) {
    const Json meta = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                       {"io.modelcontextprotocol/clientInfo", {{"name", "agent"}, {"version", "1"}}},
                       {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
    return {{"jsonrpc", "2.0"},
            {"id", id},
            {"method", "tools/call"},
            {"params", {{"name", tool}, {"arguments", {{"id", "pat1"}}}, {"_meta", meta}}}};
}

/// One token. A request counts as sent at once; its answer takes a turn of the loop, and a caller that is cut
/// off before has aborted the transfer, as it is with curl.
class Upstream final : public truefoundry::Exchange {
public:
    Async<Result<ApiResponse>> send(truefoundry::ApiRequest request) override {
        const bool deletes = request.method == "DELETE";
        if (deletes) ++deletions;
        asio::steady_timer turn(co_await asio::this_coro::executor, std::chrono::seconds{0});
        co_await turn.async_wait(asio::use_awaitable);
        co_return ApiResponse{
            .status = 200, .content_type = "application/json", .body = deletes ? "{}" : listing};
    }
    int deletions = 0;
};

class NoPage final : public approvals::ApprovalPage {
public:
    Async<std::string> address(std::string, bool) override { co_return ""; }
};

/// A server whose loop a test drives step by step.
class House {
public:
    House() {
        app::Services parts;
        parts.ledger = storage::Ledger::open(":memory:").value();
        parts.rules = config::load_rules("").value();
        parts.hold = policy::Duration{0};
        parts.log_level = observability::Log::Level::off;
        parts.base_url = "https://acme.truefoundry.cloud";
        parts.own_key->replace(policy::Secret(std::string("tfy-key-of-this-test")));
        auto exchange = std::make_unique<Upstream>();
        upstream = exchange.get();
        parts.exchange = std::move(exchange);
        app_ = std::make_unique<app::App>(loop, std::move(parts), clock_, page_, policy::Assurance::client);
    }
    House(const House&) = delete;
    House& operator=(const House&) = delete;
    ~House() {
        app_->close();
        loop.abandon();
    }

    app::App& app() { return *app_; }

    /// One handler. The store's answers come from its own thread, so it is waited for; in vain is a failure.
    void step() {
        loop.restart();
        if (loop.run_one_for(patience) == 0) throw std::runtime_error("the server does not go on");
    }
    template <class Condition>
    void step_until(Condition condition) {
        while (!condition()) step();
    }
    /// Everything that was begun is done: the loop has nothing more to wait for.
    void finish() {
        loop.restart();
        loop.run_for(patience);
        if (!loop.stopped()) throw std::runtime_error("something waits for ever");
    }

    /// A person approves the one open request; its id.
    std::string approve() {
        const auto pending = run(app_->approvals().list(true)).value().at(0);
        const policy::DecisionInput choice{.typed_name = pending.facts.subject, .digest = pending.digest()};
        return run(app_->approvals().approve(pending.id, policy::HumanForTests::make(), choice)).value().id;
    }
    State state_of(const std::string& id) { return run(app_->approvals().find(id)).value().state(); }

    loop::Loop loop;
    Upstream* upstream = nullptr;

private:
    static constexpr std::chrono::seconds patience{20};

    template <class T>
    T run(Async<T> work) {
        std::optional<T> result;
        asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& bug, T done) {
            if (bug) std::rethrow_exception(bug);
            result.emplace(std::move(done));
        });
        step_until([&] { return result.has_value(); });
        return std::move(*result);
    }

    fakes::ManualClock clock_;
    NoPage page_;
    std::unique_ptr<app::App> app_;
};

/// A client on a stream, which cancels by notifications/cancelled. Its pipe is closed then: a stream that is
/// listened to is something that the loop waits for.
class StreamClient {
public:
    explicit StreamClient(House& house) {
        asio::co_spawn(
            house.loop,
            [](app::App& app, std::shared_ptr<fakes::PipeTransport> pipe) -> Async<void> {
                co_await app.serve_stream(*pipe);
            }(house.app(), pipe_ = std::make_shared<fakes::PipeTransport>(house.loop)),
            asio::detached);
    }
    void call() { pipe_->push(cancelled_call_test::call(++calls_).dump()); }
    bool answered() const { return pipe_->sent().size() == calls_; }
    void cut_off() {
        const Json cancelled = {
            {"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", calls_}}}};
        pipe_->push(cancelled.dump());
        pipe_->close();
    }

private:
    std::shared_ptr<fakes::PipeTransport> pipe_;
    std::size_t calls_ = 0;
};

/// A client over HTTP, which cancels by hanging up: the connection cancels the coroutine that serves it.
class HttpClient {
public:
    explicit HttpClient(House& house) : house_(house) {}
    void call() {
        posted_ = std::make_shared<Post>();
        posted_->request = {.method = "POST",
                            .path = "/mcp",
                            .headers = {{"content-type", "application/json"},
                                        {"accept", "application/json, text/event-stream"},
                                        {"mcp-protocol-version", "2026-07-28"},
                                        {"mcp-method", "tools/call"},
                                        {"mcp-name", tool}},
                            .body = cancelled_call_test::call(1).dump()};
        asio::co_spawn(house_.loop, house_.app().handle(posted_->request, posted_->answer),
                       asio::bind_cancellation_slot(
                           posted_->hang_up.slot(),
                           [post = posted_](const std::exception_ptr&) { post->ended = true; }));
    }
    bool answered() const { return posted_->ended; }
    void cut_off() { posted_->hang_up.emit(asio::cancellation_type::terminal); }

private:
    struct Post {
        transport::HttpRequest request;
        fakes::CapturedAnswer answer;
        asio::cancellation_signal hang_up;
        bool ended = false;
    };
    House& house_;
    std::shared_ptr<Post> posted_;
};

struct End {
    bool by_itself = false;  // answered before it could be cut off
    State state = State::pending;
};

/// An approved call, cut off after `steps` steps of the loop; then what became of it, when all has come to
/// rest.
template <class Client>
End cut_off_after(int steps) {
    House house;
    Client client(house);
    client.call();
    house.step_until([&] { return client.answered(); });
    const auto id = house.approve();

    client.call();
    for (int step = 0; step < steps && !client.answered(); ++step) house.step();
    End end{.by_itself = client.answered()};
    client.cut_off();
    house.finish();
    end.state = house.state_of(id);
    CHECK(house.upstream->deletions == (end.state == State::approved ? 0 : 1));
    if (end.state != State::approved) return end;

    // Nothing is lost: the same call again continues.
    Client again(house);
    again.call();
    house.step_until([&] { return again.answered(); });
    CHECK(house.state_of(id) == State::succeeded);
    CHECK(house.upstream->deletions == 1);
    again.cut_off();
    house.finish();
    return end;
}

template <class Client>
void cut_off_everywhere() {
    int unclaimed = 0;
    int ran_alone = 0;
    for (int steps = 0;; ++steps) {
        CAPTURE(steps);
        REQUIRE(steps < 1000);
        const auto end = cut_off_after<Client>(steps);
        REQUIRE((end.state == State::approved || end.state == State::succeeded));
        if (end.by_itself) break;
        ++(end.state == State::approved ? unclaimed : ran_alone);
    }
    // Both ends were there to be seen: before the claim, and at each step between it and the outcome.
    CHECK(unclaimed > 0);
    CHECK(ran_alone >= 5);
}

}  // namespace

TEST_CASE("a call that its stream's client cancels at any moment is not claimed, or runs to its end") {
    cut_off_everywhere<StreamClient>();
}

TEST_CASE("a call whose HTTP client hangs up at any moment is not claimed, or runs to its end") {
    cut_off_everywhere<HttpClient>();
}

}  // namespace tfy::cancelled_call_test
