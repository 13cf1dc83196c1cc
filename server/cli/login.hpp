// `login`: TrueFoundry's address and the key for it, kept for the account that types them.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_login(CommandLine& line);

}  // namespace tfy::cli
