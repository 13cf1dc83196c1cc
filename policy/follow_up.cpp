// A decision on a create that covers the showing of its value as well.
#include "policy/gate.hpp"

namespace tfy::policy {

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
                          "follows from " + created.approval_id, now);
    record.votes_ = created.votes;
    if (const auto missing = unmet(record))
        return Error{Errc::refused, "Showing the value needs a stronger approval than its creation had. " +
                                        *missing + " Nothing was done."};
    record.state_ = Approval::State::approved;
    record.decision_ = decision;
    record.expires = now + rules_.claim_window;
    return record;
}

}  // namespace tfy::policy
