// Who decides: a person's own passphrase, and codes for others to sign in to the page.
#pragma once

#include "server/cli/approvals_window.hpp"

namespace tfy::cli {

int set_passphrase(const ApprovalsWindow& window);
int give_sign_in_code(const ApprovalsWindow& window);

}  // namespace tfy::cli
