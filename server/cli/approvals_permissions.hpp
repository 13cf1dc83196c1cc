// Standing permissions in a terminal: which are in force, giving one after its names are typed, taking one
// back.
#pragma once

#include "server/cli/approvals_window.hpp"

namespace tfy::cli {

int list_permissions(const ApprovalsWindow& window);
int permit_creates(const ApprovalsWindow& window);
int revoke_permission(const ApprovalsWindow& window);

}  // namespace tfy::cli
