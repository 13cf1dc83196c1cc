// An approval, or a standing permission, as it may be stored: without the values of access tokens that
// people, clients or TrueFoundry put into it.
#pragma once

#include "policy/redaction/redactor.hpp"
#include "policy/standing_permission.hpp"

namespace tfy::journal {

/// Client names, reasons and facts are redacted. Errc::refused if a value is in what the digest binds
/// or the target is known by: redacted, the record would be another call's.
Result<policy::StoredApproval> without_values(const policy::Approval& approval,
                                              const redaction::Redactor& redactor);
/// Its reason is redacted. Errc::refused if a value is in what decides what it covers.
Result<policy::StandingPermission> without_values(const policy::StandingPermission& permission,
                                                  const redaction::Redactor& redactor);

}  // namespace tfy::journal
