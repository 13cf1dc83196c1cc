// The verbs below `tfy-pat-mcp approvals`, with their options.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_approvals(CommandLine& line);

}  // namespace tfy::cli
