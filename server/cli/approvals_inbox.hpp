// `approvals watch` on a terminal: the inbox, live.
#pragma once

#include "server/cli/approvals_window.hpp"

namespace tfy::cli {

/// Until its person leaves. Decisions are made as `approve` and `deny` make them.
int show_inbox(const ApprovalsWindow& window);

}  // namespace tfy::cli
