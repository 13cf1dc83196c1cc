// sandbox_lab [--account NAME]…: on a free port of 127.0.0.1 until SIGTERM. Greets and logs as the sandbox
// does.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>

#include "server/app/services.hpp"
#include "server/loop/loop.hpp"
#include "tests/lab/lab.hpp"

namespace {

using namespace tfy;

Async<void> until_signal(boost::asio::signal_set& signals, loop::Loop& loop, lab::Lab& lab,
                         transport::Listener& listener) {
    co_await signals.async_wait(boost::asio::use_awaitable);
    lab.end_delays();
    co_await listener.drain(std::chrono::seconds{5});
    loop.stop();
}

int run(std::vector<sandbox::Account> accounts) {
    loop::Loop loop;
    const app::SystemClock clock;
    const sealing::Sealer redaction(redaction::FingerprintKey::random(), {});
    lab::Lab lab(std::move(accounts), clock, redaction, std::cout, std::cerr);
    const transport::HttpHandler handler = [&lab](transport::HttpRequest& request,
                                                  transport::Responder& answer) {
        return lab.serve(request, answer);
    };
    const auto listener = transport::Listener::bind(loop, lab.listening({}), handler).value();
    // Before it says where it is: who reads that may end it at once.
    boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
    listener->start();
    std::cout << "sandbox lab at http://127.0.0.1:" << listener->port() << std::endl;
    boost::asio::co_spawn(loop, until_signal(signals, loop, lab, *listener), boost::asio::detached);
    loop.run();
    loop.abandon();
    return lab.dangers().empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("The sandbox with faults by script, for tests");
    std::vector<std::string> names;
    app.add_option("--account", names, "Another account: NAME, or NAME:forbidden");
    CLI11_PARSE(app, argc, argv);
    std::vector<sandbox::Account> accounts;
    for (const auto& name : names) accounts.push_back(sandbox::read_account(name).value());
    return run(std::move(accounts));
}
