// `approvals notify`: which channels there are, and whether one of them works.
#pragma once

#include <string>

#include "policy/rule.hpp"
#include "server/cli/command_line.hpp"

namespace tfy::cli {

/// "requested, decided; only of tfy_tool, tfy_other_*; escalations of the rule of line 4".
std::string told_of(const policy::Channel& channel, const policy::Rules& rules);

void add_notify(CommandLine& line, CLI::App& approvals);

}  // namespace tfy::cli
