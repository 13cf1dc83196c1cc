#include "server/cli/approvals_decide.hpp"

#include "policy/dialogue/approval_text.hpp"
#include "policy/journal/journal_entry.hpp"
#include "policy/journal/without_values.hpp"
#include "policy/refusals.hpp"
#include "server/app/display.hpp"
#include "server/loop/failpoint.hpp"
#include "server/people/page_address.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {

namespace {

using policy::Approval;
using policy::Destination;

Error undecided() { return {Errc::cancelled, "Nothing was decided: the request still waits."}; }

Error not_pending(const Approval& approval) {
    return {Errc::refused, "Request " + approval.id + " " + policy::in_words(approval.state()) +
                               ", so there is nothing to decide. Nothing was changed."};
}

Result<Approval> find_pending(const ApprovalsWindow& window) {
    auto approval = window.find_as_it_is();
    if (approval && approval->state() != Approval::State::pending) return not_pending(*approval);
    return approval;
}

/// "Decide on the approvals page: http://…/approvals/apr_…".
std::string lead_to_page(const ApprovalsWindow& window, const Approval& approval) {
    std::string addresses;
    for (const auto& home : people::page_addresses(window.options.state_dir))
        addresses += (addresses.empty() ? "" : " or ") + home + "/" + approval.id;
    return addresses.empty() ? "No server with an approvals page runs here now. Start one and decide there."
                             : "Decide on the approvals page: " + addresses;
}

/// What no answer of this person could change is said before they are asked for any.
std::optional<Error> no_yes_from_here(const ApprovalsWindow& window, const Approval& approval,
                                      const std::string& name) {
    if (const auto why = policy::cannot_approve(approval, name, *window.archive.sealer))
        return policy::refuse(Errc::refused, *why);
    const auto& least = approval.terms().min_assurance;
    if (least <= policy::Assurance::terminal) return std::nullopt;
    const auto asked = least == policy::Assurance::passkey
                           ? std::string("a decision that is signed with a passkey")
                           : "a person who is '" + std::string(policy::to_string(least)) + "'";
    return Error{Errc::refused,
                 "A terminal is not enough for this request: its rule asks for " + asked +
                     " on the approvals page. Nothing was decided; the request is still open. " +
                     lead_to_page(window, approval) +
                     "\nFor a code to sign in there, run: " + tools::own_command("approvals sign-in")};
}

/// `page` can be typed also where no page can be opened from here: it is what `terminal` is in the record.
std::optional<Destination> read_typed(const ApprovalsWindow& window, const Approval& approval,
                                      const dialogue::DestinationOffer& offer, const std::string& line) {
    if (const auto chosen = dialogue::read_offered(offer, line)) return chosen;
    const auto chosen = dialogue::read_offered(dialogue::offer_with_page(approval.terms()), line);
    if (chosen) window.say("No page can be opened from here, so '" + line + "' counts as 'terminal'.\n");
    return chosen;
}

/// Errc::cancelled at the end of the input. The first one offered is the default.
Result<std::optional<Destination>> ask_destination(const ApprovalsWindow& window, const Approval& approval) {
    if (approval.terms().destinations.empty()) return std::optional<Destination>{};
    if (!approval.votes().empty()) {
        const auto& first = approval.votes().front();
        window.say("The new value goes to '" + std::string(policy::to_string(first.destination)) + "', as " +
                   window.shown(first.by, 100) + " chose.\n");
        return std::optional(first.destination);
    }
    const auto offer = dialogue::offer_in_terminal(approval.terms(), app::has_display());
    const auto question =
        "Where should the new value go: " + dialogue::names_of(offer) + "? [" + offer.front().name + "] ";
    for (;;) {
        const auto line = ask(window, question);
        if (!line) return undecided();
        if (line->empty()) return std::optional(offer.front().destination);
        if (const auto chosen = read_typed(window, approval, offer, *line)) return chosen;
        window.say("Please type one of: " + dialogue::names_of(offer) + ".\n");
    }
}

/// A name that holds invisible characters can be typed as it is shown.
Result<policy::DecisionInput> ask_choice(const ApprovalsWindow& window, const Approval& approval) {
    const auto& wanted = approval.facts.to_type();
    const auto what = approval.facts.confirmation.empty() ? std::string("the token's name")
                                                          : "\"" + window.shown(wanted) + "\"";
    const auto typed = ask(window, "Type " + what + " to approve, or press Enter to decide nothing: ");
    if (!typed || typed->empty()) return undecided();
    policy::DecisionInput choice{.typed_name = *typed == window.shown(wanted) ? wanted : *typed,
                                 .digest = approval.digest()};
    if (choice.typed_name != wanted) return choice;  // refused if the decision is made
    auto destination = ask_destination(window, approval);
    if (!destination) return destination.error();
    choice.destination = *destination;
    if (approval.terms().reason_required)
        choice.reason = ask(window, "Your reason, for the journal: ").value_or("");
    return choice;
}

std::string who_else(const Approval& approval) {
    const auto votes = approval.votes().size();
    const auto missing = approval.terms().quorum - votes;
    return "Approved. " + std::to_string(votes) + " of " + std::to_string(approval.terms().quorum) + ": " +
           (missing == 1 ? "another person is" : std::to_string(missing) + " more people are") +
           " needed. Nothing runs yet.\n";
}

std::string what_now(const Approval& approval) {
    if (approval.state() == Approval::State::pending) return who_else(approval);
    std::string text =
        "Approved. If the agent still waits, its call runs now; if not, the same call runs when it is "
        "repeated before " +
        policy::format_time_for_people(approval.expires) + ".\n";
    if (!approval.facts.yields_value) return text;
    switch (approval.decision()->destination) {
        case Destination::page:
            return text +
                   "The new value can then be shown once: on the page of the agent's server, if it has one, "
                   "or "
                   "here with: " +
                   tools::own_command("approvals reveal " + approval.id) + "\n";
        case Destination::agent:
            return text + "The agent will get a masked preview, and may then have the value shown once.\n";
        case Destination::none: return text + "The new value will not be shown now.\n";
    }
    return text;
}

int write_decision(const ApprovalsWindow& window, const Result<Approval>& decided, const std::string& kind,
                   const std::string& said) {
    if (!decided) return window.fail(decided.error());
    const auto next = journal::without_values(*decided, *window.archive.sealer->now());
    if (!next) return window.fail(next.error());
    const auto entry =
        journal::journal_entry(kind, next->approval, *window.archive.sealer->now(), window.now());
    TFY_FAILPOINT("decision.write");
    const auto done = window.archive.ledger->change(Approval::State::pending, *next, entry);
    TFY_FAILPOINT("decision.written");
    if (!done) return window.fail(done.error());
    return window.say(said, next->approval.json());
}

}  // namespace

int approve_request(const ApprovalsWindow& window) {
    const auto approval = find_pending(window);
    if (!approval) return window.fail(approval.error());
    const auto name = window.person(people::TerminalAct::decide);
    if (!name) return window.fail(name.error());
    if (const auto why = no_yes_from_here(window, *approval, *name)) return window.fail(*why);
    const auto human = window.identify(people::TerminalAct::decide, *name);
    if (!human) return window.fail(human.error());
    const auto offer = dialogue::offer_in_terminal(approval->terms(), app::has_display());
    window.say(dialogue::screen(*approval, window.now(), offer, *window.archive.sealer) + "\n");
    const auto choice = ask_choice(window, *approval);
    if (!choice) return window.fail(choice.error());
    const auto next = policy::approve(*approval, *human, *choice, window.now(),
                                      window.options.required.claim_window, *window.archive.sealer);
    if (!next) return window.fail(next.error());
    return write_decision(window, next, journal::kind_of_yes(*next), what_now(*next));
}

int deny_request(const ApprovalsWindow& window) {
    const auto approval = find_pending(window);
    if (!approval) return window.fail(approval.error());
    const auto name = window.person(people::TerminalAct::decide);
    if (!name) return window.fail(name.error());
    if (const auto why = policy::cannot_deny(*approval, *name, *window.archive.sealer))
        return window.fail(policy::refuse(Errc::refused, *why));
    const auto human = window.identify(people::TerminalAct::decide, *name);
    if (!human) return window.fail(human.error());
    window.say(brief(*approval, window.now(), *window.archive.sealer));
    auto reason = window.options.reason;
    if (reason.empty()) reason = ask(window, "Why not? The agent is told your reason: ").value_or("");
    if (reason.find_first_not_of(" \t") == std::string::npos)
        return window.fail(
            {Errc::refused,
             "A denial needs a reason: --reason TEXT. Nothing was decided: the request still waits."});
    const auto next = policy::deny(*approval, *human, reason, window.now(), *window.archive.sealer);
    return write_decision(window, next, "denied", "Denied. Nothing was run, and the agent is told why.\n");
}

}  // namespace tfy::cli
