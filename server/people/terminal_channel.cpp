#include "server/people/terminal_channel.hpp"

#include <algorithm>

#include "server/people/passphrases.hpp"
#include "server/system/progress.hpp"
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
        case TerminalAct::freeze: return {"freeze a caller", "Nothing was frozen."};
        case TerminalAct::unfreeze: return {"unfreeze a caller", "Nothing was changed."};
        case TerminalAct::reveal: return {"see a value", "The value was not shown: it still waits."};
        case TerminalAct::set_passphrase: return {"change a passphrase", "Nothing was set."};
        case TerminalAct::invite: return {"invite a person", "No one was invited."};
        case TerminalAct::confirm: return {"confirm a person", "No one was confirmed."};
        case TerminalAct::remove_passkey: return {"remove a passkey", "No passkey was removed."};
        case TerminalAct::suspend: return {"suspend a person", "No one was suspended."};
    }
    return {"decide", "Nothing was decided; the request is still open."};
}

Error told(const Error& error, const Words& words) {
    // The passphrase's own words are for every act.
    constexpr std::string_view of_any = " Nothing was changed.";
    auto text = error.message;
    if (const auto found = text.find(of_any); found != std::string::npos)
        text.replace(found, of_any.size(), " " + words.undone);
    return {error.code, std::move(text), error.data};
}

std::optional<Error> not_at_terminal(const Terminal& terminal, TerminalAct act, const Words& words) {
    if (!terminal.required.tty || terminal.prompt.is_terminal) return std::nullopt;
    return Error{Errc::refused,
                 "Only a person at a terminal can " + words.doing +
                     " with this command, and standard input is not a terminal. " + words.undone +
                     " Run the command yourself in a terminal window" +
                     (act == TerminalAct::decide ? ", or decide on the approvals page." : ".")};
}

Error no_one_yet(const Words& words) {
    return {Errc::refused, "No one is enrolled on this state directory, so no one can " + words.doing +
                               " in a terminal. " + words.undone +
                               " Be the first: " + tools::own_command("people first")};
}

Result<std::string> said_name(const Terminal& terminal, const std::vector<storage::Person>& people,
                              const Words& words) {
    const Error no_name{Errc::refused,
                        "A person's name has " + std::string(policy::person_names) + ". " + words.undone};
    if (!terminal.as.empty())
        return policy::is_person_name(terminal.as) ? Result<std::string>(terminal.as) : no_name;
    std::vector<std::string> names;
    for (const auto& each : people)
        if (!each.suspended) names.push_back(each.name);
    if (names.size() == 1) return names.front();
    auto typed = ask_line(terminal.prompt, "Your name: ");
    if (!typed || typed->empty()) return Error{Errc::cancelled, words.undone};
    return policy::is_person_name(*typed) ? Result<std::string>(std::move(*typed)) : no_name;
}

/// A turn may have to be waited for.
Result<void> check_at_terminal(const Terminal& terminal, const std::string& name,
                               const policy::Secret& typed) {
    const system::Progress progress("Checking the passphrase");
    return check_passphrase(terminal.ledger, name, typed, terminal.now);
}

}  // namespace

Result<std::string> hash_at_terminal(const policy::Secret& typed) {
    const system::Progress progress("Hashing the passphrase");
    return hash_passphrase(typed);
}

Result<std::string> TerminalChannel::name(const Terminal& terminal, TerminalAct act) {
    const auto words = words_of(act);
    if (auto why = not_at_terminal(terminal, act, words)) return *std::move(why);
    const auto anyone = terminal.ledger.anyone_enrolled();
    if (!anyone) return anyone.error();
    if (!*anyone) return no_one_yet(words);
    const auto people = terminal.ledger.people();
    if (!people) return people.error();
    return said_name(terminal, *people, words);
}

Result<policy::Human> TerminalChannel::identify(const Terminal& terminal, TerminalAct act) {
    const auto name = TerminalChannel::name(terminal, act);
    return name ? identify(terminal, *name, act) : name.error();
}

Result<policy::Human> TerminalChannel::identify(const Terminal& terminal, const std::string& name,
                                                TerminalAct act) {
    const auto words = words_of(act);
    const auto typed = ask_secret(terminal.prompt, "Your passphrase, " + name + ": ");
    if (!typed) return Error{Errc::cancelled, words.undone};
    if (auto right = check_at_terminal(terminal, name, *typed); !right) return told(right.error(), words);
    const auto people = terminal.ledger.people();
    if (!people) return people.error();
    const auto found = std::ranges::find(*people, name, &storage::Person::name);
    if (found == people->end() || (!found->decides() && act != TerminalAct::make_code))
        return Error{Errc::refused, name + " is not confirmed yet: a second person has to run " +
                                        tools::own_command("people confirm " + name) + ". " + words.undone};
    return policy::Human(name, policy::Assurance::terminal);
}

Async<Result<policy::Human>> TerminalChannel::known(PassphraseDesk& passphrases, std::string person,
                                                    policy::Secret passphrase) {
    const auto checked = co_await passphrases.check(person, std::move(passphrase));
    if (!checked) co_return checked.error();
    co_return policy::Human(std::move(person), policy::Assurance::terminal);
}

}  // namespace tfy::people
