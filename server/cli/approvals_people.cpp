#include "server/cli/approvals_people.hpp"

#include <sodium.h>

#include "server/people/passphrases.hpp"
#include "server/people/sign_in_codes.hpp"

namespace tfy::cli {
namespace {

constexpr policy::Duration longest_code = std::chrono::hours{24};

Error nothing_set() { return {Errc::cancelled, "Nothing was set."}; }

journal::JournalEntry record(const ApprovalsWindow& window, std::string kind, const Json& body) {
    return {std::move(kind), "", window.archive.sealer->seal(body), window.now()};
}

bool same(const policy::Secret& one, const policy::Secret& other) {
    return one.size() == other.size() &&
           sodium_memcmp(one.reveal().data(), other.reveal().data(), one.size()) == 0;
}

/// A new one, typed twice.
Result<policy::Secret> ask_new(const ApprovalsWindow& window) {
    auto first = people::ask_secret(window.prompt(), "New passphrase (at least 8 characters): ");
    if (!first) return nothing_set();
    const auto again = people::ask_secret(window.prompt(), "New passphrase again: ");
    if (!again) return nothing_set();
    if (!same(*first, *again)) return Error{Errc::refused, "The two passphrases differ. Nothing was set."};
    return std::move(*first);
}

// The file and its record are there together or not at all: a passphrase that appears from nowhere would be
// someone else's, and a record without one would not be true. What is written of it and is not journalled in
// the end is taken back.
Result<void> keep_passphrase(const ApprovalsWindow& window, const people::Passphrases& passphrases,
                             const policy::Secret& fresh, const std::string& let_in_by) {
    const auto& user = window.options.user;
    const auto hash = passphrases.hash(fresh);
    if (!hash) return hash.error();
    const auto before = passphrases.hash_of(user);
    if (!before) return before.error();
    bool written = false;
    const auto deed = [&]() -> Result<void> {
        auto set = passphrases.set(user, *hash);
        written = set.has_value();
        return set;
    };
    Json body = {{"person", user}};
    if (!let_in_by.empty()) body["let_in_by"] = let_in_by;
    const auto entry = record(window, "passphrase_set", body);
    auto kept = window.archive.ledger->append(entry, deed);
    if (kept || !written) return kept;
    if (const auto back = passphrases.set(user, *before); !back)
        return Error{Errc::storage, "The passphrase was set and could not be journalled (" +
                                        kept.error().message + "), and it could not be taken back. " +
                                        back.error().message};
    return kept;
}

// An account's name is no proof where a program can take any: who has a passphrase says who else may.
Result<std::string> ask_who_lets_in(const ApprovalsWindow& window, const people::Passphrases& passphrases) {
    window.say("Others decide here already. One of them lets you in.\n");
    const auto name = ask(window, "Name of the person who lets you in: ");
    if (!name || name->empty()) return nothing_set();
    const auto typed = people::ask_secret(window.prompt(), "Their passphrase: ");
    if (!typed) return nothing_set();
    const auto is_set = passphrases.is_set(*name);
    if (!is_set || !*is_set)
        return Error{Errc::denied, "This person has no passphrase here. Nothing was set."};
    if (auto known = passphrases.check(*name, *typed); !known) return known.error();
    return *name;
}

}  // namespace

int set_passphrase(const ApprovalsWindow& window) {
    const auto& user = window.options.user;
    if (window.options.required.tty && !window.options.stdin_is_terminal)
        return window.fail({Errc::refused,
                            "Only a person at a terminal can set a passphrase, and standard input is not a "
                            "terminal. Nothing was set. Run the command yourself in a terminal window."});
    const people::Passphrases passphrases(window.options.state_dir);
    const auto is_set = passphrases.is_set(user);
    if (!is_set) return window.fail(is_set.error());
    if (*is_set) {
        const auto old = people::ask_secret(window.prompt(), "Your current passphrase: ");
        if (!old) return window.fail(nothing_set());
        if (auto known = passphrases.check(user, *old); !known) return window.fail(known.error());
    }
    const auto anyone = passphrases.any_is_set();
    if (!anyone) return window.fail(anyone.error());
    std::string let_in_by;
    if (!*is_set && *anyone) {
        auto other = ask_who_lets_in(window, passphrases);
        if (!other) return window.fail(other.error());
        let_in_by = std::move(*other);
    }
    const auto fresh = ask_new(window);
    if (!fresh) return window.fail(fresh.error());
    if (auto set = keep_passphrase(window, passphrases, *fresh, let_in_by); !set)
        return window.fail(set.error());
    window.say("Passphrase set for " + user + ". Decisions in a terminal ask for it from now on.\n");
    return 0;
}

int give_sign_in_code(const ApprovalsWindow& window) {
    const auto& options = window.options;
    const auto person = options.person.empty() ? options.user : options.person;
    if (!policy::is_person_name(person))
        return window.fail({Errc::invalid_params,
                            "--as takes a person's name: up to 64 letters, digits and . _ - @ +. No code was "
                            "made."});
    const auto life = policy::read_duration(options.life);
    if (!life || *life > longest_code)
        return window.fail(
            {Errc::invalid_params, "--for takes a time from 1s to 24h, for example 15m. No code was made."});
    const auto human = window.identify(people::TerminalAct::make_code);
    if (!human) return window.fail(human.error());
    const auto code = people::make_sign_in_code();
    const auto until = window.now() + *life;
    const Json body = {{"person", person}, {"by", human->name()}, {"until", policy::format_time(until)}};
    const auto kept = window.archive.ledger->add_sign_in_code(people::hash_of_sign_in_code(code), person,
                                                              until, record(window, "sign_in_code", body));
    if (!kept) return window.fail(kept.error());
    if (options.json) {
        window.archive.print(window.out,
                             {{"person", person}, {"code", code}, {"until", policy::format_time(until)}});
        return 0;
    }
    window.archive.say(window.out, "Sign-in code for " + person + ": " + code + "\nIt works once, until " +
                                       policy::format_time_for_people(until) +
                                       ". Type it on the approvals page to decide as " + person + ".\n");
    return 0;
}

}  // namespace tfy::cli
