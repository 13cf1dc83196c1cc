// `docs`: the reference pages, made of what the program itself knows.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_docs(CommandLine& line);

}  // namespace tfy::cli
