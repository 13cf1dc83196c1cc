#include "server/cli/sandbox.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <ostream>

#include "server/app/console.hpp"
#include "server/app/second_signal.hpp"
#include "server/app/services.hpp"
#include "server/cli/option_forms.hpp"
#include "server/cli/sandbox_routes.hpp"
#include "server/config/path_text.hpp"
#include "server/loop/loop.hpp"
#include "server/storage/token_store.hpp"
#include "tools/sandbox/examples.hpp"

namespace tfy::cli {
namespace {

namespace asio = boost::asio;

Async<void> until_signal(asio::signal_set& signals, asio::io_context& loop, transport::Listener& listener) {
    co_await signals.async_wait(asio::use_awaitable);
    app::end_at_once_when_told_again(signals);
    co_await listener.drain(std::chrono::seconds{5});
    loop.stop();
}

Result<std::vector<sandbox::Account>> read_accounts(const std::vector<std::string>& written) {
    std::vector<sandbox::Account> accounts;
    for (const auto& text : written) {
        auto account = sandbox::read_account(text);
        if (!account) return account.error();
        if (std::ranges::find(accounts, account->name, &sandbox::Account::name) != accounts.end())
            return Error{Errc::refused, "The account " + account->name +
                                            " is given twice. Nothing was started. Give each account once."};
        accounts.push_back(std::move(*account));
    }
    return accounts;
}

Result<std::unique_ptr<sandbox::TokenStore>> open_shelf(const config::Options& options, const Clock& clock) {
    auto state = config::state_dir(options.state_dir);
    if (!state) return state.error();
    const auto folder = storage::StateDir::open(std::move(*state));
    if (!folder) return folder.error();
    std::vector<sandbox::StoredToken> first;
    if (options.sandbox_tokens == "examples") first = sandbox::example_tokens(clock.now());
    return storage::open_sqlite_token_store(folder->sandbox(), first);
}

void greet(std::ostream& out, const config::Address& address, std::uint16_t port,
           const std::vector<sandbox::Account>& accounts) {
    const bool v6 = address.host.find(':') != std::string::npos;
    out << "sandbox control plane at http://" << (v6 ? "[" + address.host + "]" : address.host) << ":" << port
        << " (key: " << sandbox::sandbox_key << ")\n";
    for (const auto& account : accounts)
        out << "account " << account.name << " (key: " << account.key << ")"
            << (account.may_manage ? "" : ", may not manage tokens") << "\n";
    out << std::flush;
}

/// 1 where a client asked for what must never be asked for, so that no test run can stay green with it.
int verdict(const std::vector<std::string>& dangers, const app::Console& console, std::ostream& errors) {
    if (dangers.empty()) return 0;
    auto text = std::to_string(dangers.size()) + " request(s) came in that must never be sent:";
    for (const auto& danger : dangers) text += "\n  a client called " + danger;
    console.say(errors, "tfy-pat-mcp: " + text + "\n");
    return 1;
}

}  // namespace

void add_sandbox(CommandLine& line) {
    constexpr auto usual_address = "127.0.0.1:8790";
    const auto chosen = std::make_shared<SandboxOptions>();
    auto& sandbox = line.add(
        {"sandbox",
         "Run the stand-in for TrueFoundry alone, over HTTP. Exits with 1 if a client sent a request "
         "that must never be sent: docs/sandbox.md",
         {"--listen --sandbox-tokens --allowed-host --state-dir --config",
          {"tfy-pat-mcp sandbox --sandbox-tokens examples",
           "tfy-pat-mcp sandbox --account alice --access-log access.log"},
          {{"--listen", usual_address}, {"--sandbox-tokens", "none"}}},
         [chosen](Invocation& call) {
             if (call.app.count("--listen") == 0) call.options.listen = usual_address;
             return run_sandbox(call.options, *chosen, call.out, call.err);
         }});
    auto* account = spelled(
        sandbox.add_option("--account", chosen->accounts,
                           "Another account, with its own key and tokens: NAME, or NAME:forbidden for a key "
                           "that may not manage tokens; repeatable"),
        "NAME", "none");
    takes_list(*account->envname("TFY_PAT_MCP_ACCOUNT"));
    spelled(sandbox.add_option("--access-log", chosen->access_log,
                               "File for one line of JSON about each request"),
            "FILE", "standard output")
        ->envname("TFY_PAT_MCP_ACCESS_LOG");
}

int run_sandbox(const config::Options& options, const SandboxOptions& sandbox_options, std::ostream& out,
                std::ostream& errors) {
    const app::Console console(options.state_dir);
    const auto fail = [&](const Error& error, int code) {
        console.say(errors, "tfy-pat-mcp: " + error.message + "\n");
        return code;
    };
    loop::Loop loop;
    const auto address = config::read_address(options.listen);
    if (!address) return fail(address.error(), 2);
    for (const auto& host : options.allowed_hosts)
        if (const auto fits = config::check_host(host); !fits) return fail(fits.error(), 2);
    const auto accounts = read_accounts(sandbox_options.accounts);
    if (!accounts) return fail(accounts.error(), 2);
    std::ofstream log_file;
    const auto expanded = config::expand_path(sandbox_options.access_log, "--access-log");
    if (!expanded) return fail(expanded.error(), 2);
    const auto& log_name = *expanded;
    if (!log_name.empty()) log_file.open(log_name, std::ios::app);
    if (!log_name.empty() && !log_file)
        return fail(
            {Errc::storage, "The access log " + log_name +
                                " cannot be written. Nothing was started. Check its folder and permissions."},
            1);
    const app::SystemClock clock;
    auto token_store = open_shelf(options, clock);
    if (!token_store) return fail(token_store.error(), 1);
    const sealing::Sealer redaction(redaction::FingerprintKey::random(), {});
    sandbox::ControlPlane plane(std::move(*token_store), clock, *accounts);
    SandboxRoutes routes(plane, redaction, clock, log_name.empty() ? out : log_file, errors);
    const transport::HttpHandler handler = [&routes](transport::HttpRequest& request,
                                                     transport::Responder& answer) {
        return routes.serve(request, answer);
    };
    auto listening =
        routes.listening({.address = address->host, .port = address->port, .hosts = options.allowed_hosts});
    auto listener = transport::Listener::bind(loop, std::move(listening), handler);
    if (!listener) return fail(listener.error(), 1);
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    (*listener)->start();
    greet(out, *address, (*listener)->port(), *accounts);
    asio::co_spawn(loop, until_signal(signals, loop, **listener), asio::detached);
    loop.run();
    loop.abandon();
    return verdict(routes.dangers(), console, errors);
}

}  // namespace tfy::cli
