#include "tools/escrow.hpp"

#include <algorithm>

namespace tfy::tools {

bool Recipients::may_see(std::string_view person) const {
    return anyone || std::ranges::find(people, person) != people.end();
}

namespace {

/// Chosen; or the agent was chosen, and the rule allows the page, too: it is there for a value that does not
/// arrive.
bool may_go_to_page(const policy::ApprovedPermit::Grant& grant) {
    if (grant.decision.destination == policy::Destination::none) return false;
    return grant.decision.destination == policy::Destination::page ||
           std::ranges::find(grant.destinations, policy::Destination::page) != grant.destinations.end();
}

}  // namespace

Recipients recipients_of(const policy::ApprovedPermit& permit) {
    const auto& caller = permit.call().caller;
    Recipients recipients{.principal = caller.principal,
                          .for_agent = permit.grant().decision.destination == policy::Destination::agent};
    if (!may_go_to_page(permit.grant())) return recipients;
    for (const auto& vote : permit.grant().votes) {
        const bool unknown = vote.assurance == policy::Assurance::client;
        recipients.people.push_back(unknown ? caller.person : vote.by);
        if (recipients.people.back().empty()) recipients.anyone = true;
    }
    return recipients;
}

}  // namespace tfy::tools
