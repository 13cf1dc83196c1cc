// Where people give, see and take back standing permissions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/approvals/approvals.hpp"
#include "tools/base_url.hpp"

namespace tfy::approvals {

/// Errc::refused, with what is wrong, if no caller can have this principal: it is none, or of a key or a
/// person that there is not. Another kind's may ask for the first time later.
Result<void> check_caller(storage::Ledger& ledger, const std::string& principal, policy::Time now,
                          const policy::Seals& seal);

class Permissions {
public:
    /// All must outlive it. `approvals` tells watchers that something has changed; `base_url` is the control
    /// plane that permissions given here are for.
    Permissions(Approvals& approvals, storage::Store& store, const CurrentGate& gate,
                const sealing::Sealer& redaction, const Clock& clock, tools::BaseUrl base_url)
        : approvals_(approvals),
          store_(store),
          gate_(gate),
          redaction_(redaction),
          clock_(clock),
          base_url_(std::move(base_url)) {}

    /// See policy::give(). Durable and journalled ("permission_given") when it returns. Errc::refused, too,
    /// if it could never count under the rules in force.
    Async<Result<policy::StandingPermission>> give(policy::Human person, policy::StandingWish wish);
    /// For which control plane and whose key those are that are given now to callers without a key of their
    /// own: "at https://acme.example with …".
    std::string where() const;
    /// In force now, for whichever principal; oldest first.
    Async<Result<std::vector<policy::StandingPermission>>> list();
    /// Any person may; from here on it covers nothing. Journalled ("permission_revoked"). Errc::not_found;
    /// Errc::refused or Errc::conflict if it was revoked before.
    Async<Result<policy::StandingPermission>> revoke(std::string id, policy::Human person);

private:
    Async<Result<policy::Caller>> caller_of(std::string principal);

    Approvals& approvals_;
    storage::Store& store_;
    const CurrentGate& gate_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    tools::BaseUrl base_url_;
};

}  // namespace tfy::approvals
