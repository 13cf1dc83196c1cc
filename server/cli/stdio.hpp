// `tfy-pat-mcp stdio`.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_stdio(CommandLine& line);

}  // namespace tfy::cli
