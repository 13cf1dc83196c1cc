// Which verb does what, and the two that only look.
#include "server/cli/approvals.hpp"

#include <ranges>

#include "policy/dialogue/approval_text.hpp"
#include "policy/refusals.hpp"
#include "policy/visible.hpp"
#include "server/app/console.hpp"
#include "server/app/display.hpp"
#include "server/cli/approvals_decide.hpp"
#include "server/cli/approvals_freeze.hpp"
#include "server/cli/approvals_keep.hpp"
#include "server/cli/approvals_people.hpp"
#include "server/cli/approvals_permissions.hpp"
#include "server/cli/approvals_reveal.hpp"
#include "server/cli/approvals_watch.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using policy::Approval;
using Verb = ApprovalsOptions::Verb;

constexpr std::size_t every_request = 1'000'000;

int list_requests(const ApprovalsWindow& window) {
    auto& ledger = *window.archive.ledger;
    if (auto looked = ledger.lose_values_asked_for({}, window.now()); !looked)
        return window.fail(looked.error());
    auto found = window.options.all ? ledger.list(false, every_request) : ledger.all_open(window.now());
    if (!found) return window.fail(found.error());
    Json document = {{"approvals", Json::array()}};
    std::string text;
    for (auto& stored : *found | std::views::reverse) {  // oldest first, as they are watched
        const auto approval = policy::lapse(std::move(stored), window.now());
        document["approvals"].push_back(request_json(approval));
        text += brief(approval, window.now(), *window.archive.sealer);
    }
    const auto frozen = list_frozen(window, document);
    if (!frozen) return window.fail(frozen.error());
    const auto rotations = list_rotations(window, document);
    if (!rotations) return window.fail(rotations.error());
    if (text.empty() && !window.options.json)
        return window.print(document, *frozen + "There are no open requests.\n" + *rotations +
                                          app::waiting_in_sandbox(window.options.state_dir, window.now()));
    return window.print(document, *frozen + text + *rotations);
}

std::string verdict(const ApprovalsWindow& window, const Approval& approval) {
    auto text = "Request " + approval.id + " " + policy::in_words(approval.state());
    if (approval.decision()) {
        const auto& decision = *approval.decision();
        const bool is_said =
            approval.state() == Approval::State::denied || approval.state() == Approval::State::approved;
        text += (is_said             ? ""
                 : decision.approved ? "; approved"
                                     : "; denied") +
                std::string(" by ") + window.shown(decision.by) + " (" +
                std::string(policy::to_string(decision.assurance)) + ") on " +
                policy::format_time_for_people(decision.at) + (decision.froze ? ", with a freeze" : "");
        if (!decision.reason.empty())
            return text + ": " + policy::quoted_last(window.shown(decision.reason)) + "\n\n";
    }
    return text + ".\n\n";
}

/// With what can be chosen where it is decided.
std::string shown_here(const ApprovalsWindow& window, const Approval& approval) {
    const auto now = window.now();
    const auto& seal = *window.archive.sealer;
    if (approval.terms().min_assurance <= policy::Assurance::terminal)
        return dialogue::screen(approval, now,
                                dialogue::offer_in_terminal(approval.terms(), app::has_display()), seal);
    const bool open = approval.state() == Approval::State::pending;
    return dialogue::screen(approval, now, seal) +
           (open ? "Its rule asks for a decision on the approvals page.\n" : "");
}

int show_request(const ApprovalsWindow& window) {
    const auto approval = window.find_as_it_is();
    if (!approval) return window.fail(approval.error());
    return window.print(request_json(*approval), verdict(window, *approval) + shown_here(window, *approval));
}

}  // namespace

int run_approvals(const ApprovalsOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
    const bool about_one = options.verb == Verb::show || options.verb == Verb::approve ||
                           options.verb == Verb::deny || options.verb == Verb::keep ||
                           options.verb == Verb::revoke || options.verb == Verb::reveal;
    if (about_one && options.id.empty()) {
        app::Console(options.state_dir)
            .fail(err,
                  {Errc::refused, "Which one? Give its id, or the beginning of it. List the open ones: " +
                                      tools::own_command("approvals list")});
        return 2;
    }
    auto archive = app::Archive::open(options.state_dir);
    if (!archive) return app::Console(options.state_dir).fail(err, archive.error());
    const ApprovalsWindow window{{options, *archive, in, out, err}};
    switch (options.verb) {
        case Verb::list: return list_requests(window);
        case Verb::show: return show_request(window);
        case Verb::approve: return approve_request(window);
        case Verb::deny: return deny_request(window);
        case Verb::keep: return keep_old_token(window);
        case Verb::freeze: return freeze_caller(window);
        case Verb::unfreeze: return unfreeze_caller(window);
        case Verb::watch: return watch_requests(window);
        case Verb::passphrase: return set_passphrase(window);
        case Verb::sign_in: return give_sign_in_code(window);
        case Verb::permissions: return list_permissions(window);
        case Verb::permit: return permit_creates(window);
        case Verb::revoke: return revoke_permission(window);
        case Verb::reveal: return reveal_value(window);
    }
    return 2;
}

}  // namespace tfy::cli
