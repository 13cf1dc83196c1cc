// Where people stop a caller, and let it ask again.
#pragma once

#include <string>
#include <vector>

#include "server/approvals/approvals.hpp"

namespace tfy::approvals {

struct Frozen {
    policy::Freeze freeze;
    std::size_t stopped = 0;  // of its requests
};

/// Durable and journalled ("principal_frozen", then a record for each request that it stops) when it returns.
/// Errors of policy::freeze() and Ledger::freeze().
Result<Frozen> freeze(storage::Ledger& ledger, const policy::Human& person, std::string principal,
                      std::string reason, const redaction::Redactor& redactor, policy::Time now);
/// The same ("principal_unfrozen"). Errc::not_found.
Result<policy::Freeze> unfreeze(storage::Ledger& ledger, const policy::Human& person,
                                const std::string& principal, const redaction::Redactor& redactor,
                                policy::Time now);

/// The same for the loop: what other people look at is told of it.
class Freezes {
public:
    /// All must outlive it.
    Freezes(Approvals& approvals, storage::Store& store, const sealing::Sealer& redaction, const Clock& clock)
        : approvals_(approvals), store_(store), redaction_(redaction), clock_(clock) {}

    Async<Result<Frozen>> freeze(policy::Human person, std::string principal, std::string reason);
    Async<Result<policy::Freeze>> unfreeze(policy::Human person, std::string principal);
    /// Oldest first.
    Async<Result<std::vector<policy::Freeze>>> list();
    /// What stops this caller, for its agent: that it is frozen, or its person suspended, what does not work,
    /// and who can change that. Empty if nothing does, or if it cannot be read.
    Async<std::string> what_stops(policy::Caller caller);

private:
    Approvals& approvals_;
    storage::Store& store_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
};

}  // namespace tfy::approvals
