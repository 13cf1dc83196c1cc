// `clients`: OAuth clients that `serve --callers oauth` knows beforehand, and those that registered
// themselves.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_clients(CommandLine& line);

}  // namespace tfy::cli
