// `tfy-pat-mcp doctor`.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

/// What checks the settings of this call of `verb`, as its program and arguments.
std::vector<std::string> doctor_command(const Invocation& call, std::string_view verb);

void add_doctor(CommandLine& line);

}  // namespace tfy::cli
