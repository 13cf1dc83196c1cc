// `tfy-pat-mcp doctor`.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_doctor(CommandLine& line);

}  // namespace tfy::cli
