// Which verb does what, and the two that only look.
#include "server/cli/approvals.hpp"

#include <algorithm>
#include <ranges>

#include "policy/call_words.hpp"
#include "policy/dialogue/approval_text.hpp"
#include "policy/refusals.hpp"
#include "server/app/display.hpp"
#include "server/cli/approvals_window.hpp"
#include "server/cli/wrapped.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using policy::Approval;
using Verb = ApprovalsOptions::Verb;

constexpr std::size_t every_request = 1'000'000;

/// An id among several: of a request, with what it asks for.
std::string listed(const ApprovalsWindow& window, const std::string& id) {
    const auto approval = id.starts_with("apr_") ? window.archive.ledger->find(id)
                                                 : Result<std::optional<Approval>>(std::nullopt);
    if (!approval || !*approval) return "  " + id;
    const auto now = policy::lapse(**approval, window.now());
    return "  " + id + "  " + std::string(policy::to_string(now.state)) + "\n      " +
           wrapped(policy::line_of(now), 6);
}

int list_requests(const ApprovalsWindow& window) {
    auto& ledger = *window.archive.ledger;
    auto found = window.options.all ? ledger.list(false, every_request) : ledger.all_open(window.now());
    if (!found) return window.fail(found.error());
    Json document = {{"approvals", Json::array()}};
    std::string text;
    for (auto& stored : *found | std::views::reverse) {  // oldest first, as they are watched
        const auto approval = policy::lapse(std::move(stored), window.now());
        document["approvals"].push_back(approval.json());
        text += brief(approval, window.now());
    }
    const auto rotations = list_rotations(window, document);
    if (!rotations) return window.fail(rotations.error());
    if (window.options.json)
        window.archive.print(window.out, document);
    else
        window.archive.say(window.out, (text.empty() ? "There are no open requests.\n" : text) + *rotations);
    return 0;
}

std::string verdict(const Approval& approval) {
    auto text = "Request " + approval.id + " " + policy::in_words(approval.state);
    if (approval.decision) {
        const auto& decision = *approval.decision;
        const bool is_said =
            approval.state == Approval::State::denied || approval.state == Approval::State::approved;
        text += (is_said             ? ""
                 : decision.approved ? "; approved"
                                     : "; denied") +
                std::string(" by ") + policy::shown(decision.by) + " (" +
                std::string(policy::to_string(decision.assurance)) + ") on " +
                policy::format_time_for_people(decision.at);
        if (!decision.reason.empty()) text += ": \"" + policy::shown(decision.reason) + "\"";
    }
    return text + ".\n\n";
}

int show_request(const ApprovalsWindow& window) {
    const auto approval = window.find();
    if (!approval) return window.fail(approval.error());
    if (window.options.json)
        window.archive.print(window.out, approval->json());
    else
        window.archive.say(window.out,
                           verdict(*approval) + dialogue::screen(*approval, window.now(),
                                                                 dialogue::offer_in_terminal(
                                                                     approval->terms, app::has_display())));
    return 0;
}

}  // namespace

policy::Time ApprovalsWindow::now() const {
    if (options.now) return options.now();
    return std::chrono::time_point_cast<policy::Duration>(std::chrono::system_clock::now());
}

Result<Approval> ApprovalsWindow::find() const {
    const auto id = whole_id("apr_");
    if (!id) return id.error();
    auto found = archive.ledger->find(*id);
    if (!found) return found.error();
    if (*found) return policy::lapse(std::move(**found), now());
    return Error{Errc::not_found, "There is no request " + policy::shown(options.id, 64) +
                                      ". Nothing was decided. List the open requests: " +
                                      tools::own_command("approvals list")};
}

Result<std::string> ApprovalsWindow::whole_id(const std::string& kind) const {
    constexpr std::size_t most_listed = 10;
    auto typed = options.id.starts_with(kind) ? options.id : kind + options.id;
    const auto found = archive.ledger->ids_beginning(typed, most_listed + 1);
    if (!found) return found.error();
    if (std::ranges::find(*found, typed) != found->end()) return typed;
    if (found->empty()) return options.id;
    if (found->size() == 1) return found->front();
    std::string list;
    for (const auto& id : *found | std::views::take(most_listed)) list += "\n" + listed(*this, id);
    if (found->size() > most_listed) list += "\nand more.";
    return Error{Errc::refused, "More than one id begins with " + policy::shown(typed, 64) +
                                    ". Nothing was changed. Type more of it:" + list};
}

std::string brief(const Approval& approval, policy::Time now) {
    std::string text = approval.id + "  " + std::string(policy::to_string(approval.state));
    if (approval.state == Approval::State::pending)
        text += ", " + policy::format_duration(approval.expires - now) + " left";
    if (approval.terms.quorum > 1)
        text += ", " + std::to_string(approval.votes.size()) + " of " +
                std::to_string(approval.terms.quorum) + " approvals";
    auto asked = "Asked by " + policy::shown(approval.call.caller.principal, 200) + " on " +
                 policy::format_time_for_people(approval.created);
    if (!approval.narrowings.empty())
        asked += ", changed by " + policy::shown(approval.narrowings.back().by, 100);
    asked += ", digest " + policy::short_digest(approval.digest);
    return text + "\n    " + wrapped(policy::line_of(approval), 4) + "\n    " + wrapped(asked, 4) + "\n";
}

int run_approvals(const ApprovalsOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
    const bool about_one = options.verb == Verb::show || options.verb == Verb::approve ||
                           options.verb == Verb::deny || options.verb == Verb::keep ||
                           options.verb == Verb::revoke || options.verb == Verb::reveal;
    if (about_one && options.id.empty()) {
        app::fail(nullptr, err,
                  {Errc::refused, "Which one? Give its id, or the beginning of it. List the open ones: " +
                                      tools::own_command("approvals list")});
        return 2;
    }
    // A passphrase may be set before the first server starts.
    const auto open = options.verb == Verb::passphrase ? app::Archive::open_or_make : app::Archive::open;
    auto archive = open(options.state_dir);
    if (!archive) return app::fail(nullptr, err, archive.error());
    const ApprovalsWindow window{options, *archive, in, out, err};
    switch (options.verb) {
        case Verb::list: return list_requests(window);
        case Verb::show: return show_request(window);
        case Verb::approve: return approve_request(window);
        case Verb::deny: return deny_request(window);
        case Verb::keep: return keep_old_token(window);
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
