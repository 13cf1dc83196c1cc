#include "server/cli/terminal_channel.hpp"

#include "server/auth/passphrases.hpp"
#include "server/cli/ask_secret.hpp"

namespace tfy::server {
namespace {

// Who has one is asked for it, whatever rules the command was given: those are whoever typed it's own choice.
Result<void> check_passphrase(const ApprovalsWindow& window) {
    const Passphrases passphrases(window.options.state_dir);
    const auto is_set = passphrases.is_set(window.options.user);
    if (!is_set && !window.options.passphrase_required) return {};  // a name that can have none
    if (!is_set) return is_set.error();
    if (!*is_set && !window.options.passphrase_required) return {};
    if (!*is_set)
        return Error{
            Errc::refused,
            "Decisions in a terminal need your own passphrase, so that a program that runs commands as you "
            "cannot decide for you. Set it once: tfy-pat-mcp approvals passphrase. Nothing was decided."};
    const auto typed = ask_secret(window, "Your passphrase: ");
    if (!typed) return Error{Errc::cancelled, "Nothing was decided: the request still waits."};
    return passphrases.check(window.options.user, *typed);
}

}  // namespace

Result<policy::Human> TerminalChannel::identify(const ApprovalsWindow& window) {
    const auto& options = window.options;
    if (options.terminal_required && !options.stdin_is_terminal)
        return Error{
            Errc::refused,
            "Only a person at a terminal may decide here, and standard input is no terminal. Run "
            "this command yourself in a terminal window, or decide on the approvals page. Nothing was "
            "decided."};
    if (auto known = check_passphrase(window); !known) return known.error();
    return policy::Human(options.user, policy::Assurance::terminal);
}

}  // namespace tfy::server
