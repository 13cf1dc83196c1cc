// A person at a terminal of this machine, known by the name of their account and what only they know.
#pragma once

#include "policy/human.hpp"
#include "server/people/ask_secret.hpp"
#include "server/people/passphrases.hpp"
#include "server/people/terminal_requirements.hpp"

namespace tfy::people {

/// What the person is about to do: refusals speak of it.
enum class TerminalAct { decide, make_code, permit, revoke, keep };

/// A terminal, and what the rules ask of the person there.
struct Terminal {
    Prompt prompt;
    std::filesystem::path state_dir;
    std::string user;  // the account's name
    TerminalRequirements required;
};

class TerminalChannel {
public:
    /// The account's name, as on the approvals page; assurance `terminal`. Asks for the passphrase where the
    /// rules require one, and always once anyone has set one. Errc::refused if standard input is no terminal
    /// though the rules require one, or no passphrase is set yet; Errc::denied if it is wrong: a program
    /// that types for a person is no person.
    static Result<policy::Human> identify(const Terminal& terminal, TerminalAct act = TerminalAct::decide);
    /// The same for who typed `passphrase` in another process. Blocking. Errors of Passphrases::check.
    static Result<policy::Human> known(const Passphrases& passphrases, const std::string& person,
                                       const policy::Secret& passphrase);
};

}  // namespace tfy::people
