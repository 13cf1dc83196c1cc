// Callers that people have stopped, as the page shows them.
#pragma once

#include <vector>

#include "policy/freeze.hpp"

namespace tfy::dashboard {

/// [{principal, by, since, reason}]: safe to look at.
Json freeze_views(const std::vector<policy::Freeze>& freezes, const policy::Seals& seal);

}  // namespace tfy::dashboard
