// An approval as the page shows it: only text that is safe to look at, never what the page has no use for.
#pragma once

#include "policy/approval.hpp"
#include "tools/tool.hpp"

namespace tfy::dashboard {

/// Who looks at it.
struct Viewer {
    std::string person;
    tools::Narrowable narrowable = {};  // what the tool lets be changed of this request
    bool decides = true;                // false: not confirmed yet; they may look
};

/// Why such a person decides on nothing, and what would change it.
std::string not_confirmed(const std::string& person);

/// id, tool, words {title, button, danger}, may_be_permitted, state, created, updated, expires, facts
/// {subject, effect, shown, warnings}, arguments (canonical, indented), digest, short_digest, agent_reason
/// (null where the tool takes none), follows (the id of the request that it follows from; empty: from none),
/// principal, asked_by (the same with whose agent it is), asked_by_person (or null), client, because,
/// min_assurance, approvers, quorum, votes [{by, assurance, at, destination}], self_approval,
/// reason_required, destinations, narrowings [{by, at, argument, asked (or null), approved}], extended {by,
/// at} (or null), marked; decision, outcome, and for the viewer may_decide {approve, deny, why_not} and
/// may_narrow {name, expiration}, each null if there is none, and may_extend. Every string from others has
/// passed policy::shown(); `marked` says that this changed one of them.
Json approval_view(const policy::Approval& approval, const Viewer& viewer, const policy::Seals& seal);

}  // namespace tfy::dashboard
