// A line that is typed and not shown.
#pragma once

#include <optional>
#include <string>

#include "policy/secret.hpp"
#include "server/cli/approvals_window.hpp"

namespace tfy::people {

/// nullopt at the end of the input. The terminal shows what is typed again afterwards, also where the person
/// presses Ctrl-C.
std::optional<policy::Secret> ask_secret(const cli::ApprovalsWindow& window, const std::string& question);

}  // namespace tfy::people
