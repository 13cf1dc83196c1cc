// What the journal says of an approval or a standing permission, whichever channel changed it.
#pragma once

#include "policy/standing_permission.hpp"

namespace tfy::server {

/// Not yet sealed. The arguments and the agent's reason stand in the first record only, the one of the
/// pending request.
Json journal_body(const policy::Approval& approval);
/// Not yet sealed.
Json journal_body(const policy::StandingPermission& permission);

}  // namespace tfy::server
