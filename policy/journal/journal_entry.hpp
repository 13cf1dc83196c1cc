// What the journal says of an approval or a standing permission, whichever channel changed it.
#pragma once

#include "server/storage/ledger.hpp"

namespace tfy::journal {

/// The arguments and the agent's reason stand in the first record only, the one of the pending request.
storage::JournalEntry journal_entry(std::string kind, const policy::Approval& approval,
                                    const redaction::Redactor& redactor, policy::Time now);
storage::JournalEntry journal_entry(std::string kind, const policy::StandingPermission& permission,
                                    const redaction::Redactor& redactor, policy::Time now);

/// The kind of a person's yes: another one where it completes the quorum.
std::string kind_of_yes(const policy::Approval& after);

}  // namespace tfy::journal
