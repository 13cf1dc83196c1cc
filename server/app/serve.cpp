#include "server/app/serve.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <optional>
#include <ostream>

#include "server/app/app.hpp"
#include "server/app/rules_reload.hpp"
#include "server/app/second_signal.hpp"
#include "server/callers/loopback.hpp"
#include "server/config/serving.hpp"
#include "server/loop/loop.hpp"
#include "server/people/page_address.hpp"
#include "server/sealing/printing.hpp"
#include "server/transport/listener.hpp"
#include "tools/own_command.hpp"

namespace tfy::app {
namespace {

namespace asio = boost::asio;

// From the first signal on, for what runs and for those who wait for its answer; with what closing takes it
// stays below ten seconds.
constexpr std::chrono::seconds grace{9};

std::string another_code() { return tools::own_command("approvals sign-in"); }

class ServedPage final : public approvals::ApprovalPage {
public:
    void open_at(std::string base, const std::filesystem::path& state_dir, const std::string& instance) {
        base_ = std::move(base);
        address_.emplace(state_dir, instance, home());
    }
    Async<std::string> address(std::string approval_id, bool) override {
        co_return home() + "/" + approval_id;
    }
    std::string home() const override { return base_ + "/approvals"; }
    people::SignInHelp sign_in_help() const override {
        const bool in_terminal = isatty(STDOUT_FILENO) == 1;
        return {std::string("When this server started, it printed a code ") +
                    (in_terminal ? "in its terminal." : "to its standard output: look in its log.") +
                    " For another code, run in a terminal on its machine:",
                another_code()};
    }

private:
    std::string base_;
    std::optional<people::PageAddress> address_;
};

/// `base` is what people and clients come by, `here` where it listens.
std::string greeting(const std::string& upstream, const std::string& base, const std::string& here,
                     const std::string& code) {
    std::string text = "tfy-pat-mcp " TFY_VERSION ", serving " + upstream + "\n";
    if (upstream == "sandbox") text += "Sandbox mode: test tokens only; TrueFoundry is not contacted.\n";
    text += "\n";
    if (here != base) text += "Listening on: " + here + "\n";
    text += "MCP endpoint: " + base + "/mcp\n";
    text += "Approvals page: " + base + "/approvals\n";
    text += "Sign-in code: " + code + "   (works once, within 12 hours)\n";
    text += "Or open, signed in: " + base + "/approvals#code=" + code + "\n";
    text += "For another code, run in another terminal: " + another_code() + "\n\n";
    text += "Add it to Claude Code:\n  claude mcp add --transport http tfy-pat-mcp " + base + "/mcp\n";
    text += "Or to a .mcp.json:\n  {\"mcpServers\": {\"tfy-pat-mcp\": {\"type\": \"http\", \"url\": \"" +
            base + "/mcp\"}}}\n\n";
    text += "Stop with Ctrl-C. Open requests are kept for the next start.\n";
    return text;
}

Async<Result<void>> run_served(asio::io_context& loop, transport::Listener& listener, App& app) {
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    if (auto started = co_await app.start(); !started) co_return started;
    listener.start();
    co_await signals.async_wait(asio::use_awaitable);
    end_at_once_when_told_again(signals);
    app.log().info(
        "stopping: no new work, running work is finished; a second signal stops without waiting for it");
    const auto end = std::chrono::steady_clock::now() + grace;
    app.drain();
    co_await listener.drain(grace);
    co_await app.idle(std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()));
    co_return Result<void>{};
}

}  // namespace

Result<void> serve(const config::Options& options, std::ostream& out) {
    // What is written wrongly is told with all other settings below.
    const auto address = config::read_address(options.listen);
    const auto url = config::read_public_url(options.public_url);
    if (address && url)
        if (auto may = config::may_serve(*address, *url); !may) return may;
    const SystemClock clock;
    auto parts = gather_parts(options, clock);
    if (!parts) return parts.error();
    const callers::Loopback callers(parts->any_local_user);
    auto listening = parts->listening;
    listening.arrived = [&callers](const transport::Arrival& arrival) {
        return is_mcp(arrival.path) ? callers.refusal(arrival) : std::nullopt;
    };
    const auto upstream = parts->upstream_label();
    const auto public_url = parts->public_url;
    const auto state_dir = parts->state_dir;
    const auto instance = parts->instance;
    loop::Loop loop;
    ServedPage page;
    App app(loop, std::move(*parts), clock, page, policy::Assurance::signed_in);
    auto listener = transport::Listener::bind(
        loop, listening, [&app](transport::HttpRequest request, transport::Responder& answer) {
            return app.handle(std::move(request), answer);
        });
    if (!listener) return listener.error();
    const bool v6 = listening.address.find(':') != std::string::npos;
    const auto host = v6 ? "[" + listening.address + "]" : listening.address;
    const auto here = "http://" + host + ":" + std::to_string((*listener)->port());
    const auto base = public_url.empty() ? here : public_url;
    page.open_at(base, state_dir, instance);
    RulesReload reload(loop, options.policy, app.gate(), app.log(), terminal_gone(STDIN_FILENO),
                       [&app](const policy::Rules& rules) { return app.take_rules(rules); });
    const auto code = app.people().issue_code(config::os_user(), std::chrono::hours{12});
    Result<void> started;
    asio::co_spawn(loop, run_served(loop, **listener, app),
                   [&](const std::exception_ptr& bug, Result<void> result) {
                       if (bug) std::rethrow_exception(bug);
                       started = std::move(result);
                       loop.stop();
                   });
    sealing::print_text(out, app.redaction().seal_text(greeting(upstream, base, here, code)));
    if (!out)
        app.log().warn(
            "cannot write standard output: the addresses and the sign-in code are not shown; make another "
            "code: " +
            another_code());
    loop.run();
    app.close();
    loop.abandon();
    return started;
}

}  // namespace tfy::app
