// What servers on a state directory ask of a decision in a terminal. The command that decides is given its
// rules by the person who types it: they may ask for more than the servers' do, never for less.
#pragma once

#include <filesystem>

#include "policy/rule.hpp"

namespace tfy::people {

struct TerminalRequirements {
    bool tty = true;
    bool passphrase = true;
    policy::Duration claim_window =
        std::chrono::minutes{15};  // how long what is approved there may wait to run

    bool operator==(const TerminalRequirements&) const = default;
};

TerminalRequirements requirements_of(const policy::Rules& rules);

/// What holds where servers have `kept` these: the window is theirs, of the rest whatever either asks for.
TerminalRequirements stricter(const TerminalRequirements& kept, const TerminalRequirements& of_rules);

/// The file `terminal` in the state directory. A server writes what its rules ask for, and so a laxer one
/// that someone starts changes nothing: it is only ever made stricter, but for the window, which is the
/// last server's. To ask for less again, delete the file and start the server. Errc::storage.
Result<void> keep_terminal_requirements(const std::filesystem::path& state_dir,
                                        const TerminalRequirements& of_rules);

/// stricter() of what servers have kept and of `of_rules`; `of_rules` where none has. A file that cannot be
/// read asks for everything.
TerminalRequirements terminal_requirements(const std::filesystem::path& state_dir,
                                           const TerminalRequirements& of_rules);

}  // namespace tfy::people
