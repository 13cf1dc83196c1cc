// The tokens that a new sandbox begins with: one of each sort that a real account collects.
#pragma once

#include <vector>

#include "tools/sandbox/world.hpp"

namespace tfy::sandbox {

/// Dana's, dated relative to `now`, in the order of their creation: expired, ending within a week, never
/// used, unused for 200 days, without expiry, named as production's and CI's, and owned by a team. No value
/// of theirs exists.
std::vector<StoredToken> example_tokens(policy::Time now);

}  // namespace tfy::sandbox
