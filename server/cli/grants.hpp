// `grants`: what people granted to OAuth clients.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_grants(CommandLine& line);

}  // namespace tfy::cli
