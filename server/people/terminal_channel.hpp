// A person at a terminal of this machine, known by an enrolled name and what only they know.
#pragma once

#include "policy/human.hpp"
#include "server/people/ask_secret.hpp"
#include "server/people/passphrase_desk.hpp"
#include "server/people/terminal_requirements.hpp"

namespace tfy::people {

/// What the person is about to do: refusals speak of it.
enum class TerminalAct {
    decide,
    make_code,
    permit,
    revoke,
    keep,
    freeze,
    unfreeze,
    reveal,
    set_passphrase,
    invite,
    confirm,
    suspend,
    remove_passkey
};

/// A terminal, and what the rules ask of the person there.
struct Terminal {
    Prompt prompt;
    storage::Ledger& ledger;
    std::string as;  // who they say they are; empty: they are asked, if more than one is enrolled
    TerminalRequirements required;
    policy::Time now;
};

/// hash_passphrase(), and a word about it if it takes long.
Result<std::string> hash_at_terminal(const policy::Secret& typed);

class TerminalChannel {
public:
    /// Whom the person says they are: an account's name is no proof, since a user namespace gives a program
    /// any. Errc::refused while no one is enrolled, and if standard input is no terminal though the rules
    /// require one.
    static Result<std::string> name(const Terminal& terminal, TerminalAct act);
    /// The same, once they have typed that name's passphrase, which is asked for whatever the rules say:
    /// assurance `terminal`. Errors of check_passphrase(); Errc::refused for who is not confirmed yet.
    static Result<policy::Human> identify(const Terminal& terminal, TerminalAct act);
    /// The same for a name() that is known already.
    static Result<policy::Human> identify(const Terminal& terminal, const std::string& name, TerminalAct act);
    /// The same for who typed `passphrase` in another process. Errors of PassphraseDesk::check.
    static Async<Result<policy::Human>> known(PassphraseDesk& passphrases, std::string person,
                                              policy::Secret passphrase);
};

}  // namespace tfy::people
