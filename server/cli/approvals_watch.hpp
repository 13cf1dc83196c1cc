// Watching: the open requests, then every change as another process writes it.
#pragma once

#include "server/cli/approvals_window.hpp"

namespace tfy::cli {

int watch_requests(const ApprovalsWindow& window);

}  // namespace tfy::cli
