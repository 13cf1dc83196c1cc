// What the program does: the list of its verbs.
#pragma once

#include <ostream>
#include <span>

namespace tfy::cli {

class CommandLine;

void add_verbs(CommandLine& line);

/// Runs the verb that `arguments` name; what it prints goes to `out`, which has checks of its own. The exit
/// code.
int run_command_line(std::span<char* const> arguments, std::ostream& out);

}  // namespace tfy::cli
