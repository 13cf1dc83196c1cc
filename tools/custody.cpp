#include "tools/custody.hpp"

#include <algorithm>

namespace tfy::tools {

bool Recipients::may_see(std::string_view person) const {
    return anybody || std::ranges::find(people, person) != people.end();
}

Recipients recipients_of(const policy::Permit& permit) {
    const auto& caller = permit.call().caller;
    Recipients recipients{.principal = caller.principal};
    if (!permit.grant()) return recipients;
    for (const auto& vote : permit.grant()->votes) {
        const bool unknown = vote.assurance == policy::Assurance::client;
        recipients.people.push_back(unknown ? caller.person : vote.by);
        if (recipients.people.back().empty()) recipients.anybody = true;
    }
    return recipients;
}

}  // namespace tfy::tools
