// `tfy-pat-mcp setup HOST`.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_setup(CommandLine& line);

}  // namespace tfy::cli
