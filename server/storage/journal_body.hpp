// What the journal says of an approval, whichever channel changed it.
#pragma once

#include "policy/approval.hpp"

namespace tfy::server {

/// Not yet sealed. The arguments and the agent's reason stand in the first record only, the one of the
/// pending request.
Json journal_body(const policy::Approval& approval);

}  // namespace tfy::server
