// `tfy-pat-mcp serve`.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_serve(CommandLine& line);

}  // namespace tfy::cli
