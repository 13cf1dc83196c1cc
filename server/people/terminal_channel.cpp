#include "server/people/terminal_channel.hpp"

#include "tools/own_command.hpp"

namespace tfy::people {
namespace {

struct Words {
    std::string doing;   // begins a sentence
    std::string undone;  // ends one
};

Words words_of(TerminalAct act) {
    switch (act) {
        case TerminalAct::decide: break;
        case TerminalAct::make_code: return {"make a sign-in code", "No code was made."};
        case TerminalAct::permit: return {"give a standing permission", "No permission was given."};
        case TerminalAct::revoke: return {"revoke a standing permission", "Nothing was revoked."};
        case TerminalAct::keep: return {"keep an old token", "Nothing was changed."};
    }
    return {"decide", "Nothing was decided; the request is still open."};
}

Error told(const Error& error, const Words& words) {
    // The passphrase's own words are for every act.
    constexpr std::string_view of_any = " Nothing was changed.";
    auto text = error.message;
    if (text.ends_with(of_any)) text.replace(text.size() - of_any.size(), of_any.size(), " " + words.undone);
    return {error.code, std::move(text), error.data};
}

// A passphrase that is set is asked for whatever rules this command was given: its caller chose them. Once
// anyone has one, an account's name alone is no person: a user namespace gives a program every name.
Result<void> check_passphrase(const Terminal& terminal, const Words& words) {
    const Passphrases passphrases(terminal.state_dir);
    const auto is_set = passphrases.is_set(terminal.user);
    const auto anyone = passphrases.any_is_set();
    if (!anyone) return told(anyone.error(), words);
    const bool needed = terminal.required.passphrase || *anyone;
    if (!is_set && !needed) return {};  // a name that can have none
    if (!is_set) return told(is_set.error(), words);
    if (!*is_set && !needed) return {};
    if (!*is_set)
        return Error{Errc::refused, "To " + words.doing +
                                        " in a terminal, you need a passphrase, so that a program that runs "
                                        "commands as you cannot do it for you. " +
                                        words.undone +
                                        " Set one: " + tools::own_command("approvals passphrase")};
    const auto typed = ask_secret(terminal.prompt, "Your passphrase: ");
    if (!typed) return Error{Errc::cancelled, words.undone};
    const auto known = passphrases.check(terminal.user, *typed);
    if (!known) return told(known.error(), words);
    return {};
}

}  // namespace

Result<policy::Human> TerminalChannel::identify(const Terminal& terminal, TerminalAct act) {
    const auto words = words_of(act);
    if (terminal.required.tty && !terminal.prompt.is_terminal)
        return Error{Errc::refused,
                     "Only a person at a terminal can " + words.doing +
                         " with this command, and standard input is not a terminal. " + words.undone +
                         " Run the command yourself in a terminal window" +
                         (act == TerminalAct::decide ? ", or decide on the approvals page." : ".")};
    if (auto known = check_passphrase(terminal, words); !known) return known.error();
    return policy::Human(terminal.user, policy::Assurance::terminal);
}

Result<policy::Human> TerminalChannel::known(const Passphrases& passphrases, const std::string& person,
                                             const policy::Secret& passphrase) {
    if (auto checked = passphrases.check(person, passphrase); !checked) return checked.error();
    return policy::Human(person, policy::Assurance::terminal);
}

}  // namespace tfy::people
