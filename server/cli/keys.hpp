// `keys`: the keys by which programs call `serve --callers keys`.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_keys(CommandLine& line);

}  // namespace tfy::cli
