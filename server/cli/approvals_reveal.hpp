// The one showing of a new value in a terminal: the process that holds it is asked, and decides.
#pragma once

#include "server/cli/approvals_window.hpp"

namespace tfy::cli {

int reveal_value(const ApprovalsWindow& window);

}  // namespace tfy::cli
