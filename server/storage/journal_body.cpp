#include "server/storage/journal_body.hpp"

namespace tfy::server {

Json journal_body(const policy::Approval& approval) {
    Json body = {{"tool", approval.call.tool},
                 {"principal", approval.call.caller.principal},
                 {"client", approval.call.caller.client},
                 {"digest", approval.digest},
                 {"subject", approval.facts.subject},
                 {"state", policy::to_string(approval.state)}};
    if (approval.state == policy::Approval::State::pending) {
        body["arguments"] = approval.call.arguments;
        body["agent_reason"] = approval.agent_reason;
    }
    if (!approval.narrowings.empty()) {
        body["asked_digest"] = approval.asked_digest;
        body["narrowed_by"] = approval.narrowings.back().by;
    }
    if (approval.terms.quorum > 1) {
        Json people = Json::array();
        for (const auto& vote : approval.votes) people.push_back(vote.by);
        body["approved_by"] = std::move(people);
        body["quorum"] = approval.terms.quorum;
    }
    if (approval.decision) {
        body["decided_by"] = approval.decision->by;
        body["assurance"] = policy::to_string(approval.decision->assurance);
        body["reason"] = approval.decision->reason;
        body["destination"] = policy::to_string(approval.decision->destination);
        if (!approval.decision->permission.empty()) body["permission"] = approval.decision->permission;
    }
    if (!approval.outcome.is_null()) body["outcome"] = approval.outcome;
    return body;
}

}  // namespace tfy::server
