// The official conformance suite's fixtures, served over HTTP on a free port by the server's own rooms.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>
#include <random>

#include "server/app/services.hpp"
#include "server/loop/loop.hpp"
#include "server/mcp/streamable_http.hpp"
#include "server/sealing/sealer.hpp"
#include "server/transport/listener.hpp"
#include "tests/conformance_server/features.hpp"
#include "tests/conformance_server/tasks.hpp"

namespace {

namespace asio = boost::asio;
using namespace tfy;

protocol::ServerInfo server_info() {
    return {.name = "tfy-conformance-server",
            .title = "Conformance fixtures",
            .version = TFY_VERSION,
            .instructions = "Everything that the official conformance suite asks for.",
            .capabilities = {.tools = true,
                             .tools_change = true,
                             .prompts = true,
                             .prompts_change = true,
                             .resources = true,
                             .subscribe = true,
                             .completions = true,
                             .logging = true,
                             .tasks = true}};
}

policy::SealKey random_key() {
    policy::SealKey key;
    std::random_device random;
    std::ranges::generate(key.bytes, [&random] { return static_cast<unsigned char>(random()); });
    return key;
}

/// What a server is made of, in the order in which each needs the others.
struct House {
    explicit House(asio::io_context& loop) : tasks(loop, changes, clock) {}

    Async<void> handle(transport::HttpRequest request, transport::Responder& answer) {
        if (request.path == "/mcp") co_return co_await http.handle(std::move(request), answer);
        transport::HttpResponse nothing{.status = 404};
        co_await answer.reply(std::move(nothing));
    }

    const app::SystemClock clock;
    const sealing::Sealer redaction{redaction::FingerprintKey::random(), {}};
    mcp::Subscriptions changes;
    conformance::Tasks tasks;
    conformance::Rooms rooms{changes, tasks, random_key()};
    conformance::Tools tools{rooms};
    conformance::Prompts prompts;
    conformance::Resources resources;
    mcp::Dispatch dispatch{{.tools = &tools,
                            .prompts = &prompts,
                            .resources = &resources,
                            .completions = &prompts,
                            .tasks = &tasks},
                           changes,
                           redaction,
                           server_info()};
    mcp::PendingRequests questions{redaction};
    mcp::StreamableHttp http{dispatch, questions, clock, rooms.key};
};

Async<void> serve(asio::signal_set& signals, asio::io_context& loop, House& house,
                  transport::Listener& listener) {
    listener.start();
    co_await signals.async_wait(asio::use_awaitable);
    house.changes.drain();
    co_await listener.drain(std::chrono::seconds{1});
    loop.stop();
}

}  // namespace

int main() {
    loop::Loop loop;
    House house(loop);
    auto listener = transport::Listener::bind(
        loop, {}, [&house](transport::HttpRequest request, transport::Responder& answer) {
            return house.handle(std::move(request), answer);
        });
    if (!listener) {
        std::cerr << listener.error().message << "\n";
        return 1;
    }
    // Before it says where it is: who reads that may end it at once.
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    asio::co_spawn(loop, serve(signals, loop, house, **listener), [](const std::exception_ptr& bug) {
        if (bug) std::rethrow_exception(bug);
    });
    std::cout << "MCP endpoint: http://127.0.0.1:" << (*listener)->port() << "/mcp\n" << std::flush;
    loop.run();
    loop.abandon();
    return 0;
}
