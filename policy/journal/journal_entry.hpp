// What the journal says of an approval, a standing permission or a freeze, whichever channel changed it.
#pragma once

#include "policy/approval.hpp"
#include "policy/freeze.hpp"
#include "policy/redaction/redactor.hpp"
#include "policy/standing_permission.hpp"

namespace tfy::journal {

/// What goes into the journal together with a change. The body is sealed JSON.
struct JournalEntry {
    std::string kind;
    std::string approval_id;
    redaction::Redacted body;
    policy::Time at;
};

/// The arguments and the agent's reason stand in the first record only, the one of the pending request.
JournalEntry journal_entry(std::string kind, const policy::Approval& approval,
                           const redaction::Redactor& redactor, policy::Time now);
JournalEntry journal_entry(std::string kind, const policy::StandingPermission& permission,
                           const redaction::Redactor& redactor, policy::Time now);
/// `by`: who did it.
JournalEntry journal_entry(std::string kind, const policy::Freeze& freeze, const std::string& by,
                           const redaction::Redactor& redactor, policy::Time now);

/// That it has waited for as long as its terms say: what is told again, and to whom, if to others.
JournalEntry nudge_entry(std::string kind, const policy::Approval& approval,
                         const redaction::Redactor& redactor, policy::Time now);

/// The kind of a person's yes: another one if it completes the quorum.
std::string kind_of_yes(const policy::Approval& after);

}  // namespace tfy::journal
