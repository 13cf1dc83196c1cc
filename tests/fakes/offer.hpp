// A small server for tests of the protocol's side: a tool that ends at once, one that waits until the test
// lets it go, one that asks the person behind the client, and a resource that can be watched.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/elicitation.hpp"
#include "server/loop/loop.hpp"
#include "server/mcp/features.hpp"
#include "server/mcp/streamable_http.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/steps.hpp"

namespace tfy::fakes {

class OfferedTools final : public mcp::ToolFeature {
public:
    explicit OfferedTools(loop::Loop& loop) : bell_(loop, boost::asio::steady_timer::time_point::max()) {
        for (const auto* name : {"quick", "slow", "asks", "throws", "pauses"})
            definitions_.push_back({{"name", name}, {"inputSchema", {{"type", "object"}}}});
    }

    const std::vector<Json>& definitions() const override { return definitions_; }
    Async<Result<mcp::MethodResult>> call(mcp::Requester& requester,
                                          protocol::CallToolParams params) override {
        if (params.name == "throws") throw std::runtime_error("a bug");
        if (params.name == "pauses") requester.outbox.suspend(std::chrono::milliseconds{250});
        if (params.name == "slow") co_await wait(requester);
        if (params.name == "asks") {
            auto schema = Json{{"type", "object"}, {"properties", Json::object()}};
            auto form = protocol::write_form("Really?", std::move(schema), requester.context.version);
            const auto said =
                co_await requester.questions->ask(requester.outbox, requester.session, "elicitation/create",
                                                  std::move(form), std::chrono::minutes{1});
            co_return answer(said ? said->dump() : said.error().message, requester);
        }
        co_return answer(params.name + " is done", requester);
    }

    /// The slow ones go on.
    void let_go() {
        released_ = true;
        bell_.cancel();
    }
    int waiting = 0;
    int cancelled = 0;

private:
    static mcp::MethodResult answer(std::string text, const mcp::Requester& requester) {
        return {.result =
                    protocol::write_tool_result(std::move(text), nullptr, false, requester.context.version)};
    }
    Async<void> wait(mcp::Requester& requester) {
        co_await requester.outbox.expect_wait();
        co_await requester.progress(0, {}, "waiting");
        ++waiting;
        while (!released_) {
            boost::system::error_code woken;
            co_await bell_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
            const auto state = co_await boost::asio::this_coro::cancellation_state;
            if (state.cancelled() == boost::asio::cancellation_type::none) continue;
            ++cancelled;
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
    }
    std::vector<Json> definitions_;
    boost::asio::steady_timer bell_;
    bool released_ = false;
};

class OfferedResources final : public mcp::ResourceFeature {
public:
    Async<Result<protocol::Page>> list(mcp::Requester&, std::optional<std::string> cursor) override {
        const std::vector<Json> all = {{{"uri", "test://watched"}, {"name", "watched"}}};
        co_return protocol::page_of(all, cursor, 50);
    }
    const std::vector<Json>& templates() const override { return no_templates_; }
    Async<Result<mcp::MethodResult>> read(mcp::Requester& requester,
                                          protocol::ReadResourceParams params) override {
        if (params.uri != "test://watched") co_return protocol::resource_not_found(params.uri);
        const std::vector<protocol::ResourceContents> contents = {{params.uri, "text/plain", "news"}};
        co_return mcp::MethodResult{.result = protocol::write_read_resource(
                                        contents, requester.context.version, protocol::not_at_all)};
    }
    Async<bool> may_watch(mcp::Requester&, std::string uri) override { co_return uri == "test://watched"; }

private:
    const std::vector<Json> no_templates_;
};

/// All of it on one loop, which the test itself runs.
struct Offer {
    Offer() = default;
    Offer(const Offer&) = delete;
    Offer& operator=(const Offer&) = delete;
    ~Offer() { loop.abandon(); }

    template <class Condition>
    void until(Condition condition) {
        step_until(loop, std::move(condition));
    }
    /// Runs what can run without waiting.
    void settle() {
        loop.restart();
        loop.poll();
    }

    loop::Loop loop;
    ManualClock clock;
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    mcp::PendingRequests questions{redaction};
    mcp::Subscriptions subscriptions;
    OfferedTools tools{loop};
    OfferedResources resources;
    protocol::ServerInfo info{.name = "offer",
                              .title = "Offer",
                              .version = "1",
                              .instructions = "",
                              .capabilities = {.tools = true,
                                               .tools_change = true,
                                               .resources = true,
                                               .resources_change = true,
                                               .subscribe = true,
                                               .logging = true}};
    mcp::Dispatch dispatch{{.tools = &tools, .resources = &resources}, subscriptions, redaction, info};
};

}  // namespace tfy::fakes
