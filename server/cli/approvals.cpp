// Which verb does what, and the two that only look.
#include "server/cli/approvals.hpp"

#include "server/approvals/approval_text.hpp"
#include "server/cli/approvals_window.hpp"

namespace tfy::server {
namespace {

using policy::Approval;
using Verb = ApprovalsOptions::Verb;

constexpr std::size_t every_request = 1'000'000;

int list_requests(const ApprovalsWindow& window) {
    auto found = window.archive.ledger->list(!window.options.all, every_request);
    if (!found) return window.fail(found.error());
    Json document = {{"approvals", Json::array()}};
    std::string text;
    for (auto& stored : *found) {
        const auto approval = policy::lapse(std::move(stored), window.now());
        if (!window.options.all && !policy::is_open(approval.state)) continue;
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
    std::string text = "Request " + approval.id + " is " + std::string(policy::to_string(approval.state));
    if (approval.decision) {
        const auto& decision = *approval.decision;
        text += ", " + std::string(decision.approved ? "approved" : "denied") + " by " +
                policy::shown(decision.by) + " (" + std::string(policy::to_string(decision.assurance)) +
                ") on " + policy::format_time_for_people(decision.at);
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
        window.archive.say(window.out, verdict(*approval) + screen(*approval, window.now()));
    return 0;
}

}  // namespace

policy::Time ApprovalsWindow::now() const {
    if (options.now) return options.now();
    return std::chrono::time_point_cast<policy::Duration>(std::chrono::system_clock::now());
}

Result<Approval> ApprovalsWindow::find() const {
    auto found = archive.ledger->find(options.id);
    if (!found) return found.error();
    if (*found) return policy::lapse(std::move(**found), now());
    return Error{Errc::not_found,
                 "There is no request " + policy::shown(options.id, 64) +
                     ". 'tfy-pat-mcp approvals list' shows those that are open; nothing was decided."};
}

std::string brief(const Approval& approval, policy::Time now) {
    std::string text = approval.id + "  " + std::string(policy::to_string(approval.state)) + "  " +
                       approval.call.tool + "  " + policy::shown(approval.facts.subject) + "\n    asked by " +
                       policy::shown(approval.call.caller.principal) + " on " +
                       policy::format_time_for_people(approval.created) + ", digest " +
                       policy::short_digest(approval.digest);
    if (approval.state == Approval::State::pending)
        text += ", " + policy::format_duration(approval.expires - now) + " left";
    if (approval.terms.quorum > 1)
        text += ", " + std::to_string(approval.votes.size()) + " of " +
                std::to_string(approval.terms.quorum) + " approvals";
    if (!approval.narrowings.empty())
        text += ", changed by " + policy::shown(approval.narrowings.back().by, 100);
    return text + "\n";
}

int run_approvals(const ApprovalsOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
    const bool about_one = options.verb == Verb::show || options.verb == Verb::approve ||
                           options.verb == Verb::deny || options.verb == Verb::keep;
    if (about_one && options.id.empty()) {
        fail(nullptr, err,
             {Errc::refused,
              "Which request? Give its id: 'tfy-pat-mcp approvals list' shows those that are open."});
        return 2;
    }
    // A passphrase may be set before the first server starts.
    const auto open = options.verb == Verb::passphrase ? Archive::open_or_make : Archive::open;
    auto archive = open(options.state_dir);
    if (!archive) return fail(nullptr, err, archive.error());
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
    }
    return 2;
}

}  // namespace tfy::server
