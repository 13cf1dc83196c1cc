#include "server/cli/approvals_people.hpp"

#include "server/people/page_address.hpp"
#include "server/people/sign_in_codes.hpp"
#include "server/people/terminal_channel.hpp"

namespace tfy::cli {
namespace {

constexpr policy::Duration longest_code = std::chrono::hours{1};

journal::JournalEntry record(const ApprovalsWindow& window, std::string kind, const Json& body) {
    return {std::move(kind), "", window.archive.sealer->seal(body), window.now()};
}

Result<void> change_passphrase(const ApprovalsWindow& window) {
    auto& ledger = *window.archive.ledger;
    const auto name = window.person(people::TerminalAct::set_passphrase);
    if (!name) return name.error();
    const auto human = window.identify(people::TerminalAct::set_passphrase, *name);
    if (!human) return human.error();
    const auto fresh = people::ask_new_passphrase(window.prompt());
    if (!fresh) return fresh.error();
    const auto hash = people::hash_at_terminal(*fresh);
    if (!hash) return hash.error();
    if (auto set = ledger.set_passphrase(human->name(), *hash, window.now()); !set) return set;
    window.say("Passphrase changed for " + human->name() + ".\n");
    return {};
}

}  // namespace

int set_passphrase(const ApprovalsWindow& window) {
    const auto changed = change_passphrase(window);
    return changed ? 0 : window.fail(changed.error());
}

int give_sign_in_code(const ApprovalsWindow& window) {
    const auto& options = window.options;
    const auto life = policy::read_duration(options.life);
    if (!life || *life > longest_code)
        return window.fail(
            {Errc::invalid_params, "--for takes a time from 1s to 1h, for example 15m. No code was made."});
    const auto human = window.identify(people::TerminalAct::make_code);
    if (!human) return window.fail(human.error());
    const auto& person = human->name();
    const auto code = people::make_sign_in_code();
    const auto until = window.now() + *life;
    const Json body = {{"person", person}, {"by", person}, {"until", policy::format_time(until)}};
    const auto kept = window.archive.ledger->add_sign_in_code(people::hash_of_sign_in_code(code), person,
                                                              until, record(window, "sign_in_code", body));
    if (!kept) return window.fail(kept.error());
    if (options.json) {
        window.archive.print(window.out,
                             {{"person", person}, {"code", code}, {"until", policy::format_time(until)}});
        return 0;
    }
    std::string pages;
    for (const auto& home : people::page_addresses(options.state_dir)) pages += "\n  " + home;
    window.archive.say(window.out, "Sign-in code for " + person + ": " + code + "\nIt works once, until " +
                                       policy::format_time_for_people(until) +
                                       ". Type it on the approvals page to decide as " + person +
                                       (pages.empty() ? "." : ":" + pages) + "\n");
    return 0;
}

}  // namespace tfy::cli
