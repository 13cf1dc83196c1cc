// `tfy-pat-mcp policy`: the rules, read as the server would read them.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_policy(CommandLine& line);

/// Reads a rules file (empty: the embedded ones) and says what is wrong with it, or that nothing is; the
/// latter as JSON if asked to.
int run_policy_check(const std::string& file, bool json, const app::Console& console, std::ostream& out,
                     std::ostream& errors);

}  // namespace tfy::cli
