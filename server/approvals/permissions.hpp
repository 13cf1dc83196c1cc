// Where people give, see and take back standing permissions.
#pragma once

#include <string>
#include <vector>

#include "server/approvals/approvals.hpp"

namespace tfy::approvals {

class Permissions {
public:
    /// All must outlive it. `approvals` tells watchers that something has changed.
    Permissions(Approvals& approvals, storage::Store& store, const CurrentGate& gate,
                const sealing::Sealer& redaction, const Clock& clock)
        : approvals_(approvals), store_(store), gate_(gate), redaction_(redaction), clock_(clock) {}

    /// See policy::give(). Durable and journalled ("permission_given") when it returns. Errc::refused, too,
    /// if it could never count under the rules in force.
    Async<Result<policy::StandingPermission>> give(policy::Human person, policy::StandingWish wish);
    /// In force now, for whichever principal; oldest first.
    Async<Result<std::vector<policy::StandingPermission>>> list();
    /// Any person may; from here on it covers nothing. Journalled ("permission_revoked"). Errc::not_found;
    /// Errc::refused or Errc::conflict if it was revoked before.
    Async<Result<policy::StandingPermission>> revoke(std::string id, policy::Human person);

private:
    Approvals& approvals_;
    storage::Store& store_;
    const CurrentGate& gate_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
};

}  // namespace tfy::approvals
