// SIGHUP: the rules file is read anew, and what else a process names.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <string>

#include "server/approvals/current_gate.hpp"
#include "server/observability/log.hpp"

namespace tfy::app {

class RulesReload {
public:
    /// From here on SIGHUP does not end the process. `file` is empty for the embedded rules; all else must
    /// outlive it. A terminal that went away sends SIGHUP, too: where `abandoned` says so, the process is
    /// told to stop (SIGTERM) as if it had never heard of rules. `take` is given the rules before they are in
    /// force, and may refuse them. `also` is called at each SIGHUP, whatever the rules are like.
    using Take = std::function<Result<void>(const policy::Rules&)>;
    RulesReload(boost::asio::io_context& loop, std::string file, approvals::CurrentGate& gate,
                const observability::Log& log, std::function<bool()> abandoned, Take take = {},
                std::function<void()> also = {});

    /// Rules with an error are logged with the line, and those in force stay.
    void reload();

private:
    void wait();

    boost::asio::signal_set signals_;
    std::string file_;
    approvals::CurrentGate& gate_;
    const observability::Log& log_;
    std::function<bool()> abandoned_;
    Take take_;
    std::function<void()> also_;
};

/// Where `descriptor` is a terminal now: whether that terminal is gone by then. Never so for anything else.
std::function<bool()> terminal_gone(int descriptor);

}  // namespace tfy::app
