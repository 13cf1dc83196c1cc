// What servers on a state directory ask of a decision in a terminal. The command that decides is given its
// rules by whoever types it: they may ask for more than the servers' do, never for less.
#pragma once

#include <filesystem>

#include "policy/rule.hpp"

namespace tfy::server {

struct TerminalDemands {
    bool tty = true;
    bool passphrase = true;

    bool operator==(const TerminalDemands&) const = default;
};

TerminalDemands demands_of(const policy::Rules& rules);

/// What holds where both ask.
TerminalDemands stricter(TerminalDemands one, TerminalDemands other);

/// The file `terminal` in the state directory. A server writes what its rules ask for, and so a laxer one
/// that somebody starts changes nothing: it is only ever made stricter. To ask for less again, delete the
/// file and start the server. Errc::storage.
Result<void> keep_terminal_demands(const std::filesystem::path& state_dir, TerminalDemands of_rules);

/// Stricter of `of_rules` and of what servers have kept; `of_rules` where none has. A file that cannot be
/// read asks for everything.
TerminalDemands terminal_demands(const std::filesystem::path& state_dir, TerminalDemands of_rules);

}  // namespace tfy::server
