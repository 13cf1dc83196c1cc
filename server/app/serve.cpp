#include "server/app/serve.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <optional>
#include <ostream>

#include "server/app/app.hpp"
#include "server/app/caller_credentials.hpp"
#include "server/app/own_certificate.hpp"
#include "server/app/rules_reload.hpp"
#include "server/app/second_signal.hpp"
#include "server/app/ways_in.hpp"
#include "server/callers/held_requests.hpp"
#include "server/config/principals.hpp"
#include "server/config/serving.hpp"
#include "server/loop/loop.hpp"
#include "server/people/page_address.hpp"
#include "server/people/pairing.hpp"
#include "server/sealing/printing.hpp"
#include "server/transport/bearer.hpp"
#include "server/transport/client_address.hpp"
#include "server/transport/listener.hpp"
#include "tools/own_command.hpp"

namespace tfy::app {
namespace {

namespace asio = boost::asio;

// From the first signal on, for what runs and for those who wait for its answer; with what closing takes it
// stays below ten seconds.
constexpr std::chrono::seconds grace{9};
// How soon a stream ends after its caller's key.
constexpr std::chrono::seconds look_at_credential{5};

std::string another_code() { return tools::own_command("approvals sign-in"); }

class ServedPage final : public approvals::ApprovalPage {
public:
    explicit ServedPage(bool prints_code) : prints_code_(prints_code) {}
    void open_at(std::string base, const std::filesystem::path& state_dir, const std::string& instance) {
        base_ = std::move(base);
        address_.emplace(state_dir, instance, home());
    }
    Async<std::string> address(std::string approval_id, bool) override {
        co_return home() + "/" + approval_id;
    }
    std::string home() const override { return base_ + "/approvals"; }
    people::SignInHelp sign_in_help() const override {
        people::SignInHelp help{"To get a code, run in a terminal on the server's machine:", another_code()};
        if (prints_code_)
            help.printed =
                std::string("When this server started, it printed a code ") +
                (isatty(STDOUT_FILENO) == 1 ? "in its terminal."
                                            : "to its standard output: look in its log.") +
                " For another code, be the first who is enrolled: run in a terminal on its machine:";
        return help;
    }

private:
    bool prints_code_;
    std::string base_;
    std::optional<people::PageAddress> address_;
};

/// What the person who started it gets to come in.
struct WayIn {
    bool anyone = false;       // someone is enrolled
    std::string code = {};     // of a guest
    std::string pairing = {};  // of the first person
};

std::string to_sign_in(const std::string& page, const WayIn& way) {
    if (way.code.empty() && !way.anyone)
        return "No one is enrolled, so no one can decide yet. Be the first, in another terminal: " +
               tools::own_command("people first") + "\n\n";
    if (way.code.empty())
        return "To sign in, type your name and passphrase on the page, or use a passkey. For a code "
               "instead: " +
               another_code() + "\n\n";
    const std::string as_guest = "Sign-in code: " + way.code + "   (works once, within 12 hours)\n" +
                                 "Or open: " + page + "#code=" + way.code +
                                 "\nYour decisions will be recorded as " + config::os_user() + "'s.\n";
    if (way.pairing.empty())
        return as_guest + "To be enrolled, and get codes yourself, run in another terminal: " +
               tools::own_command("people first") + "\n\n";
    return "To decide, open this within 15 minutes, and use a passkey or choose a passphrase:\n  " +
           people::join_link(page, way.pairing) + "\n\n" + as_guest + "\n";
}

/// For the person at the terminal of a new sandbox. If it cannot be made, `people first` is left.
std::string pairing_code(const std::filesystem::path& state_dir, bool prints_code) {
    if (!prints_code || isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) return {};
    const auto ledger = storage::Ledger::open(state_dir / "ledger.db");
    if (!ledger) return {};
    const auto paired = people::pair_first(**ledger, config::os_user(), SystemClock().now());
    return paired ? paired->code : std::string{};
}

/// Of the parts that the app takes over: what a start tells of them.
struct Told {
    explicit Told(const Services& parts)
        : upstream(parts.upstream_label()()),
          public_url(parts.public_url),
          authorization_server(parts.resource.authorization_server),
          callers(parts.callers),
          own_keys(!parts.sandbox && parts.callers.credentials() && parts.key_map.entries.empty() &&
                   !parts.key_map.server_key_for_others) {}
    std::string upstream, public_url, authorization_server;
    config::CallersBy callers;
    bool own_keys;  // no caller uses the server's
};

/// What to paste into a client.
std::string to_add_it(const Told& told, const std::string& base) {
    const bool caller_keys = told.callers.keys && told.authorization_server.empty();
    const std::string shown = caller_keys ? " --header \"Authorization: Bearer KEY\"" : "";
    const std::string headers =
        caller_keys ? R"(, "headers": {"Authorization": "Bearer KEY"})" : std::string{};
    std::string text = "Add it to Claude Code:\n  claude mcp add --transport http tfy-pat-mcp " + base +
                       "/mcp" + shown + "\n";
    text += R"(Or to a .mcp.json:
  {"mcpServers": {"tfy-pat-mcp": {"type": "http", "url": ")" +
            base + "/mcp\"" + headers + "}}}\n\n";
    return text;
}

/// `here` is where it listens, `page` where people go.
std::string greeting(const Told& told, const std::string& here, const std::string& page, const WayIn& way) {
    const auto& upstream = told.upstream;
    const auto& base = told.public_url.empty() ? here : told.public_url;  // what clients come by
    std::string text = "tfy-pat-mcp " TFY_VERSION ", serving " + upstream + "\n";
    if (upstream == "sandbox") text += "Sandbox mode: test tokens only; TrueFoundry is not contacted.\n";
    text += "\n";
    if (here != base) text += "Listening on: " + here + "\n";
    text += "MCP endpoint: " + base + "/mcp\n";
    text += "Approvals page: " + page + "\n";
    text += to_sign_in(page, way);
    const auto& callers = told.callers;
    if (callers.keys)
        text += std::string(callers.oauth ? "Agents without a person at hand show keys of their own."
                                          : "Each caller shows a key of its own.") +
                " Make one: " + tools::own_command("keys create --for PERSON") + "\n\n";
    if (callers.oauth)
        text += "Clients connect by OAuth: the person who connects one is asked on the approvals page.\n\n";
    if (callers.truefoundry)
        text += std::string(callers.keys || callers.oauth ? "Others" : "Callers") +
                " come by TrueFoundry's gateway, which passes their own TrueFoundry keys on.\n\n";
    if (callers.issuer)
        text += (callers.keys ? "Or it shows" : "Each caller shows") + std::string(" an access token of ") +
                told.authorization_server + " for this endpoint; clients learn this by themselves.\n\n";
    const bool by_page = callers.keys || callers.oauth || callers.issuer;
    if (told.own_keys && by_page)
        text +=
            "A call uses the TrueFoundry key that the caller's person enters on the approvals page. To let "
            "every "
            "caller use this server's key, start it with --shared-key.\n\n";
    const bool by_gateway_alone = callers.truefoundry && !callers.keys && !callers.oauth;
    if (!by_gateway_alone) text += to_add_it(told, base);
    text +=
        "Stop with Ctrl-C. Open requests are kept for the next start; a new value that no one has "
        "seen is lost.\n";
    return text;
}

/// `behind_proxy`: the port is plain, so what comes from another machine must come by the proxy that
/// encrypts. Probes, which learn nothing, come from anywhere; metrics have a rule of their own.
transport::Admission admission(callers::Authenticator& callers, bool behind_proxy,
                               const std::vector<std::string>& proxies, const transport::Arrival& arrival) {
    const bool near = !behind_proxy || transport::is_loopback_address(arrival.remote) ||
                      transport::is_one_of(arrival.remote, proxies) || arrival.path == "/livez" ||
                      arrival.path == "/readyz" || arrival.path == "/metrics";
    if (!near)
        return transport::guard::Rejection{
            403, "This server is reached by its proxy only. Use its public address. Nothing was done."};
    if (is_mcp(arrival.path)) return callers.admit(arrival);
    return transport::KnownCaller{};
}

/// As long as the loop runs: a request, and its stream, end with what its caller was admitted by.
Async<void> look_at_credentials(callers::Authenticator& callers, callers::HeldRequests& held) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (;;) {
        timer.expires_after(look_at_credential);
        co_await timer.async_wait(asio::use_awaitable);
        callers.forget_old();
        co_await held.look();
    }
}

Async<void> handle(App& app, callers::Authenticator& callers, transport::HttpRequest& request,
                   transport::Responder& answer) {
    const bool calls = request.method == "POST" && !request.caller.principal.empty();
    const auto turn = calls ? callers.begin(request.caller) : callers::CallerLimits::Turn();
    if (turn) co_return co_await app.handle(request, answer);
    app.metrics().refused(429);
    auto busy = transport::bearer::too_many_calls().reply();
    co_await answer.reply(std::move(busy));
}

Async<Result<void>> run_served(asio::signal_set& signals, transport::Listener& listener, App& app) {
    if (auto started = co_await app.start(); !started) co_return started;
    if (auto counting = app.metrics().start(); !counting) co_return counting;
    listener.start();
    co_await signals.async_wait(asio::use_awaitable);
    end_at_once_when_told_again(signals);
    app.log().info(
        "stopping: no new work, running work will be finished; a second signal stops without waiting for it");
    const auto end = std::chrono::steady_clock::now() + grace;
    app.drain();
    co_await listener.drain(grace);
    co_await app.idle(std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()));
    app.tell_of_lost_values();
    co_return Result<void>{};
}

Async<void> read_principals_again(App& app, std::string file) {
    const auto stays = [&app](const Error& why) {
        app.log().error("the file of --principals was not read anew: what it said before stays",
                        {{"why", why.message}});
    };
    auto entries = config::load_principals(file);
    if (!entries) co_return stays(entries.error());
    const auto taken = co_await app.take_principals(std::move(*entries));
    if (!taken) co_return stays(taken.error());
    app.log().info("the file of --principals was read anew", {{"file", file}});
}

/// What SIGHUP reads again beside the rules.
void read_files_again(asio::io_context& loop, App& app, std::optional<OwnCertificate>& certificate,
                      const std::string& principals) {
    const SystemClock clock;
    if (certificate) certificate->read_again(app.log(), clock);
    if (!principals.empty()) asio::co_spawn(loop, read_principals_again(app, principals), asio::detached);
}

Result<std::optional<OwnCertificate>> certificate_of(const Services& parts) {
    if (!parts.tls.given()) return std::optional<OwnCertificate>{};
    auto read = OwnCertificate::read(parts.tls);
    if (!read) return read.error();
    return std::optional(std::move(*read));
}

/// `callers`, `held`, `certificate` and `told` must outlive the listener.
transport::ListenerOptions port_of(const Services& parts, callers::Authenticator& callers,
                                   callers::HeldRequests& held,
                                   const std::optional<OwnCertificate>& certificate, const ToldApp& told) {
    auto port = parts.listening;
    port.whole_localhost = true;
    port.body_limit_at = longest_body;
    port.refused = [&told](const std::string&, const std::string&, int status) {
        if (told.app != nullptr) told.app->metrics().refused(status);
        return transport::Headers{};
    };
    if (certificate) port.tls = [&certificate] { return certificate->session(); };
    port.counted = [proxies = parts.trusted_proxies](std::string_view remote) {
        return !transport::is_loopback_address(remote) && !transport::is_one_of(remote, proxies);
    };
    const bool behind_proxy = !certificate && !transport::is_loopback_address(port.address);
    port.arrived = [&callers, behind_proxy,
                    proxies = parts.trusted_proxies](const transport::Arrival& arrival) {
        return admission(callers, behind_proxy, proxies, arrival);
    };
    if (callers.can_end())
        port.ends = [&held](std::string by, callers::HeldRequests::End end) {
            return held.add(std::move(by), std::move(end));
        };
    return port;
}

/// So that as many connections as are taken can be open. As far as this account may go: past its limit a
/// connection waits until another one ends.
void raise_descriptor_limit(std::size_t connections) {
    constexpr rlim_t beside = 256;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const auto wanted = std::min<rlim_t>(limit.rlim_max, connections + beside);
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = wanted;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void warn_unshown(const observability::Log& log, bool anyone) {
    log.warn("cannot write standard output: the addresses and the sign-in code are not shown; to sign in: " +
             (anyone ? another_code() : tools::own_command("people first")));
}

/// As a URL has it.
std::string host_of(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

Result<void> serve(const config::Options& options, std::ostream& out) {
    const SystemClock clock;
    auto parts = gather_parts(options, clock, config::may_serve);
    if (!parts) return parts.error();
    loop::Loop loop;
    ToldApp told_app{loop};
    const auto callers = authenticator_of(*parts, clock, told_app);
    if (!callers) return callers.error();
    auto certificate = certificate_of(*parts);
    if (!certificate) return certificate.error();
    const bool tls = certificate->has_value();
    callers::HeldRequests held(**callers);
    const auto listening = port_of(*parts, **callers, held, *certificate, told_app);
    raise_descriptor_limit(listening.connections);
    const Told told(*parts);
    const auto state_dir = parts->state_dir;
    const auto instance = parts->instance;
    const bool prints_code = may_hand_out_codes(state_dir, parts->sandbox);
    const bool anyone = !parts->owner.empty();
    ServedPage page(prints_code);
    App app(loop, std::move(*parts), clock, page, policy::Assurance::signed_in);
    auto listener = transport::Listener::bind(
        loop, listening, [&app, &callers](transport::HttpRequest& request, transport::Responder& answer) {
            return handle(app, **callers, request, answer);
        });
    if (!listener) return listener.error();
    told_app.app = &app;
    app.on_batch([&callers](const policy::Caller& caller, std::size_t more) {
        return (*callers)->count_more(caller, more);
    });
    const auto port = (*listener)->port();
    const auto here =
        (tls ? "https://" : "http://") + host_of(listening.address) + ":" + std::to_string(port);
    const auto page_base = told.public_url.empty() ? transport::localhost_origin(port, tls) : told.public_url;
    page.open_at(page_base, state_dir, instance);
    RulesReload reload(
        loop, options.policy, app.gate(), app.log(), terminal_gone(STDIN_FILENO),
        [&app](const policy::Rules& rules) { return app.take_rules(rules); },
        [&] { read_files_again(loop, app, *certificate, options.principals); });
    if (tls) (*certificate)->tell(app.log(), clock);
    app.check_journal();
    WayIn way{.anyone = anyone, .pairing = pairing_code(state_dir, prints_code)};
    if (prints_code) way.code = app.people().issue_code(config::os_user(), std::chrono::hours{12});
    Result<void> started;
    // Before a line is printed: a person may stop what they see running.
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    asio::co_spawn(loop, run_served(signals, **listener, app),
                   [&](const std::exception_ptr& bug, Result<void> result) {
                       if (bug) std::rethrow_exception(bug);
                       started = std::move(result);
                       loop.stop();
                   });
    if ((*callers)->can_end()) asio::co_spawn(loop, look_at_credentials(**callers, held), asio::detached);
    sealing::print_text(out, app.redaction().seal_text(greeting(told, here, page.home(), way)));
    if (!out) warn_unshown(app.log(), anyone);
    loop.run();
    app.close();
    loop.abandon();
    return started;
}

}  // namespace tfy::app
