// Keeping the old token of a rotation whose grace still runs, and listing those that there are.
#pragma once

#include "server/cli/approvals_window.hpp"

namespace tfy::cli {

int keep_old_token(const ApprovalsWindow& window);
/// What is said of each rotation whose old token still may go; with `--json`, added to `document`.
Result<std::string> list_rotations(const ApprovalsWindow& window, Json& document);

}  // namespace tfy::cli
