// `sandbox`: the stand-in control plane over real HTTP, for trying things out and for tests.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ostream>

#include "policy/sealed_state.hpp"
#include "protocol/parse.hpp"
#include "server/cli/commands.hpp"
#include "server/loop.hpp"
#include "server/parts.hpp"
#include "server/storage/shelf.hpp"
#include "server/transport/listener.hpp"
#include "tools/sandbox/control_plane.hpp"

namespace tfy::server {
namespace {

namespace asio = boost::asio;

std::string_view bearer_of(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    return authorization.starts_with(scheme) ? authorization.substr(scheme.size()) : std::string_view{};
}

Async<void> until_signal(asio::io_context& loop, Listener& listener) {
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    co_await signals.async_wait(asio::use_awaitable);
    co_await listener.drain(std::chrono::seconds{5});
    loop.stop();
}

}  // namespace

/// Serves the control plane. A create answer must hold its value: here it is the other side of the wire.
class SandboxRoutes {
public:
    SandboxRoutes(sandbox::ControlPlane& plane, const Redaction& redaction, std::ostream& out)
        : plane_(plane), redaction_(redaction), out_(out) {}

    Async<void> handle(HttpRequest request, HttpAnswer& answer) {
        const auto target = request.query.empty() ? request.path : request.path + "?" + request.query;
        const auto authorization = request.header("authorization").value_or("");
        auto made = plane_.handle(request.method, target, bearer_of(authorization), request.body);
        const Json line = {{"method", request.method},
                           {"target", target},
                           {"status", made.status},
                           {"request_id", made.request_id}};
        out_ << redaction_.seal(line).text() << "\n" << std::flush;
        HttpReply reply{.status = made.status,
                        .content_type = made.content_type,
                        .body = sealed(std::move(made.body)),
                        .headers = {{"x-request-id", made.request_id}}};
        co_await answer.reply(std::move(reply));
    }

private:
    policy::Redacted sealed(std::string body) const {
        auto json = protocol::parse(body);
        if (!json) return redaction_.seal_text(body);
        policy::wipe(body);
        if (!json->is_object() || !json->contains("token")) return redaction_.seal(*json);
        policy::Reveal value(policy::Secret(std::move(json->at("token").get_ref<std::string&>())),
                             policy::random_id(20));
        (*json)["token"] = value.placeholder();
        return redaction_.now()->seal_reveal(*json, std::move(value));
    }

    sandbox::ControlPlane& plane_;
    const Redaction& redaction_;
    std::ostream& out_;
};

int run_sandbox(const Options& options, std::ostream& out, std::ostream& errors) {
    const auto fail = [&errors](const Error& error, int code) {
        errors << "tfy-pat-mcp: " << error.message << "\n";
        return code;
    };
    Loop loop;
    const auto address = read_address(options.listen);
    if (!address) return fail(address.error(), 2);
    auto state = state_dir(options.state_dir);
    if (!state) return fail(state.error(), 1);
    auto folder = StateDir::open(std::move(*state));
    if (!folder) return fail(folder.error(), 1);
    auto shelf = open_sqlite_shelf(folder->sandbox());
    if (!shelf) return fail(shelf.error(), 1);
    const SystemClock clock;
    const Redaction redaction({}, {});
    sandbox::ControlPlane plane(std::move(*shelf), clock);
    SandboxRoutes routes(plane, redaction, out);
    const ListenerOptions listening{
        .address = address->host, .port = address->port, .hosts = options.allowed_hosts};
    auto listener = Listener::bind(
        loop, listening,
        [&routes](HttpRequest request, HttpAnswer& answer) {
            return routes.handle(std::move(request), answer);
        },
        redaction);
    if (!listener) return fail(listener.error(), 1);
    (*listener)->start();
    out << "sandbox control plane at http://" << address->host << ":" << (*listener)->port()
        << " (key: " << sandbox::sandbox_key << ")\n"
        << std::flush;
    asio::co_spawn(loop, until_signal(loop, **listener), asio::detached);
    loop.run();
    loop.abandon();
    return 0;
}

}  // namespace tfy::server
