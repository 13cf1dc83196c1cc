// `approvals notify`: which channels there are, and whether one of them works.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_notify(CommandLine& line, CLI::App& approvals);

}  // namespace tfy::cli
