#include "server/app/stdio.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>

#include "server/app/app.hpp"
#include "server/app/display.hpp"
#include "server/app/rules_reload.hpp"
#include "server/app/second_signal.hpp"
#include "server/config/serving.hpp"
#include "server/loop/loop.hpp"
#include "server/people/page_address.hpp"
#include "server/system/browser.hpp"
#include "server/transport/client_address.hpp"
#include "server/transport/listener.hpp"
#include "server/transport/stdio.hpp"
#include "tools/own_command.hpp"

namespace tfy::app {
namespace {

namespace asio = boost::asio;

using Moment = std::chrono::steady_clock::time_point;

// From the signal on, or from the end of the answers; with what closing takes they stay below ten seconds.
constexpr std::chrono::milliseconds for_unread_answers{4'500};
constexpr std::chrono::milliseconds for_last_calls{5'000};
constexpr std::chrono::milliseconds for_a_whole_stop{9'000};

constexpr auto place_taken =
    "the address of --listen is in use, perhaps by the server of another session: this session's approvals "
    "page will use a free loopback port instead, and its links will point there";
constexpr auto publish_it_here =
    "the approvals page listens off loopback without TLS: publish its port on this machine only, as docker "
    "run -p 127.0.0.1:8780:8780 does";

/// The approvals page of one stdio process: on a free loopback port, opened when a first approval needs it;
/// or, from the start, where --listen puts it.
class StdioPage final : public approvals::ApprovalPage {
public:
    StdioPage(asio::io_context& loop, bool open_browser, std::filesystem::path state_dir,
              std::string instance)
        : loop_(loop),
          open_browser_(open_browser),
          state_dir_(std::move(state_dir)),
          instance_(std::move(instance)) {}
    void belong_to(App& app) { app_ = &app; }

    /// Binds the address of --listen; begin() answers there. Hosts start a server for each session: if
    /// another one has that address already, this one has its page as without --listen, and its links lead
    /// there. Errc::refused for an address that cannot be had for another reason.
    Result<void> take(transport::ListenerOptions there, const std::string& public_url) {
        const auto words = there.address + " port " + std::to_string(there.port);
        const bool beyond = !transport::is_loopback_address(there.address);
        if (beyond)
            there.counted = [](std::string_view remote) { return !transport::is_loopback_address(remote); };
        auto bound = bind(std::move(there));
        if (!bound && bound.error().data.value("in_use", false)) {
            app_->log().warn(place_taken, {{"listen", words}});
            return {};
        }
        if (!bound) return bound.error();
        placed_ = true;
        const auto port = (*bound)->port();
        stand(std::move(*bound), public_url.empty() ? transport::localhost_origin(port) : public_url);
        app_->log().info("the approvals page is open", {{"listen", words}, {"address", home()}});
        if (beyond) app_->log().warn(publish_it_here, {{"listen", words}});
        return {};
    }
    void begin() {
        if (placed_) listener_->start();
    }

    Async<std::string> address(std::string approval_id, bool lead_person_there) override {
        if (!stands()) co_return std::string{};
        const auto url = home() + "/" + approval_id;
        if (lead_person_there && opens_browser() && led_.insert(approval_id).second) open_browser(url);
        co_return url;
    }

    // Who has a display can follow an address also if this process opens none; and --listen says that the
    // person comes by that address.
    bool reaches_person(bool client_opens) override {
        return (placed_ || has_display() || client_opens) && stands();
    }
    bool may_be_out_of_reach() const override { return !placed_ && !opens_browser(); }
    bool opens_browser() const override { return open_browser_ && has_display(); }
    void lead_to_value(const std::string& approval_id) override {
        if (opens_browser() && stands()) open_browser(home() + "/" + approval_id);
    }

    bool stands() override { return listener_ || open(); }

    people::SignInHelp sign_in_help() const override {
        return {placed_ ? "To get a code, run in a terminal on the server's machine, or in its container:"
                        : "To get a code, run in a terminal on this machine:",
                tools::own_command("approvals sign-in")};
    }

    std::string home() const override { return base_.empty() ? std::string{} : base_ + "/approvals"; }

private:
    Result<std::unique_ptr<transport::Listener>> bind(transport::ListenerOptions there) {
        there.whole_localhost = true;
        there.takes_names = false;  // of serve, which has TLS
        there.body_limit = dashboard::longest_body;
        return transport::Listener::bind(
            loop_, std::move(there), [this](transport::HttpRequest& request, transport::Responder& answer) {
                return app_->handle_page(request, answer);
            });
    }

    void stand(std::unique_ptr<transport::Listener> listener, std::string base) {
        listener_ = std::move(listener);
        base_ = std::move(base);
        address_.emplace(state_dir_, instance_, home());
    }

    bool open() {
        auto bound = bind({});
        if (!bound) {
            app_->log().warn("the approvals page cannot be opened", {{"why", bound.error().message}});
            return false;
        }
        const auto port = (*bound)->port();
        stand(std::move(*bound), transport::localhost_origin(port));
        listener_->start();
        app_->log().info("the approvals page is open", {{"address", home()}});
        return true;
    }

    // At a sign-in, and nothing more: what opens there can be the agent's own program.
    void open_browser(const std::string& link) {
        if (!system::open_in_browser(link))
            app_->log().info("cannot open a browser; decide in a terminal: " +
                             tools::own_command("approvals list"));
    }

    asio::io_context& loop_;
    bool open_browser_;
    std::filesystem::path state_dir_;
    std::string instance_;
    App* app_ = nullptr;
    bool placed_ = false;  // by --listen
    std::unique_ptr<transport::Listener> listener_;
    std::string base_;  // of its address; empty until it is there
    std::optional<people::PageAddress> address_;
    std::set<std::string> led_;
};

/// Until all answers are written, or `end`.
Async<void> until_read(const transport::StdioTransport& transport, Moment end) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!transport.all_written() && Moment::clock::now() < end) {
        timer.expires_after(std::chrono::milliseconds{50});
        co_await timer.async_wait(asio::use_awaitable);
    }
}

// To be told to stop is as the end of input: what is being answered is finished, what waits is detached.
// Whether a client that is slow to read its answers will read them cannot be known: each has the same time.
// `told`: when it was.
Async<void> stop_when_told(asio::signal_set& signals, asio::io_context& loop, App& app,
                           transport::StdioTransport& transport, std::optional<Moment>& told) {
    co_await signals.async_wait(asio::use_awaitable);
    told = Moment::clock::now();
    end_at_once_when_told_again(signals);
    app.log().info(
        "stopping: what is being answered is finished, what waits is kept; a second signal stops at once");
    transport.end_input();
    asio::steady_timer timer(loop, for_unread_answers);
    co_await timer.async_wait(asio::use_awaitable);
    transport.end_output();
}

Async<Result<void>> run_stream(App& app, StdioPage& page, transport::StdioTransport& transport,
                               const std::optional<Moment>& told) {
    if (auto started = co_await app.start(); !started) co_return started;
    page.begin();
    co_await app.serve_stream(transport);
    const auto now = Moment::clock::now();
    const auto end = told ? std::min(now + for_last_calls, *told + for_a_whole_stop) : now + for_last_calls;
    co_await app.idle(std::chrono::ceil<std::chrono::milliseconds>(end - now));
    co_await until_read(transport, end);
    app.tell_of_lost_values();
    co_return Result<void>{};
}

}  // namespace

Result<void> serve_stdio(const config::Options& options) {
    std::signal(SIGCHLD, SIG_IGN);  // browsers that were opened are no one's to wait for
    const SystemClock clock;
    const MayStart may = options.page_listens ? MayStart(config::may_open_page) : MayStart();
    auto parts = gather_parts(options, clock, may);
    if (!parts) return parts.error();
    // A provider and OAuth clients send browsers to one address, and this page may have another each time.
    parts->provider.reset();
    parts->callers = {};
    loop::Loop loop;
    const auto listening = parts->listening;
    // Where the page is at --listen, all links lead to where it really is.
    const auto public_url = options.page_listens ? std::exchange(parts->public_url, {}) : std::string{};
    StdioPage page(loop, options.open_browser, parts->state_dir, parts->instance);
    App app(loop, std::move(*parts), clock, page, policy::Assurance::client);
    page.belong_to(app);
    if (options.page_listens)
        if (auto taken = page.take(listening, public_url); !taken) return taken;
    RulesReload reload(loop, options.policy, app.gate(), app.log(), terminal_gone(STDIN_FILENO),
                       [&app](const policy::Rules& rules) { return app.take_rules(rules); });
    const auto transport = transport::open_stdio(loop.get_executor(), STDIN_FILENO, STDOUT_FILENO);
    Result<void> served;
    std::optional<Moment> told_to_stop;
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    asio::co_spawn(loop, stop_when_told(signals, loop, app, *transport, told_to_stop), asio::detached);
    asio::co_spawn(loop, run_stream(app, page, *transport, told_to_stop),
                   [&](const std::exception_ptr& bug, Result<void> result) {
                       if (bug) std::rethrow_exception(bug);
                       served = std::move(result);
                       loop.stop();
                   });
    loop.run();
    const auto sent = transport->all_sent();
    app.close();
    loop.abandon();
    if (!served || sent) return served;
    return Error{Errc::closed, "Not all answers could be written. " + sent.error().message + "."};
}

}  // namespace tfy::app
