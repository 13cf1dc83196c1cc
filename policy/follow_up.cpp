// A decision on a create that covers the showing of its value as well.
#include "policy/gate.hpp"

namespace tfy::policy {
namespace {

constexpr std::string_view follows_from_it = "follows from ";

}  // namespace

Result<Approval> Gate::follow_up(const ApprovedPermit::Grant& created, Ask reveal, Facts facts,
                                 std::string id, Time now) const {
    const auto& decision = created.decision;
    if (!decision.approved || decision.destination != Destination::agent)
        return Error{Errc::refused,
                     "The approver did not choose the agent as the value's destination. Nothing was done."};
    if (!decision.permission.empty())
        return Error{Errc::refused,
                     "A standing permission never shows a value. Showing it needs its own approval. Nothing "
                     "was done."};
    auto record = request(std::move(reveal), std::move(facts), std::move(id),
                          std::string(follows_from_it) + created.approval_id, now);
    record.votes_ = created.votes;
    if (const auto missing = unmet(record))
        return Error{Errc::refused, "Showing the value needs a stronger approval than its creation had. " +
                                        *missing + " Nothing was done."};
    record.state_ = Approval::State::approved;
    record.decision_ = decision;
    record.expires = record.facts.no_later(now + rules_.claim_window);
    return record;
}

bool is_follow_up(const Approval& approval) {
    const auto& decision = approval.decision();
    return decision && decision->at < approval.created;
}

std::string follows_from(const Approval& approval) {
    const bool follows = is_follow_up(approval) && approval.agent_reason.starts_with(follows_from_it);
    return follows ? approval.agent_reason.substr(follows_from_it.size()) : std::string{};
}

}  // namespace tfy::policy
