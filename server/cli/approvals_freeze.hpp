// `approvals freeze` and `unfreeze`: a caller that a person stops, or lets ask again.
#pragma once

#include "server/cli/approvals_window.hpp"

namespace tfy::cli {

int freeze_caller(const ApprovalsWindow& window);
int unfreeze_caller(const ApprovalsWindow& window);
/// One paragraph for each caller that is frozen; they are added to `document` as `frozen`, too.
Result<std::string> list_frozen(const ApprovalsWindow& window, Json& document);

}  // namespace tfy::cli
