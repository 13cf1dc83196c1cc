// Approving and denying: the whole request is shown first, and approving it takes the token's name, typed.
#pragma once

#include "server/cli/approvals_window.hpp"

namespace tfy::cli {

int approve_request(const ApprovalsWindow& window);
int deny_request(const ApprovalsWindow& window);

}  // namespace tfy::cli
