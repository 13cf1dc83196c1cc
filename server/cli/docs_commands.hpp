// Pages of the reference that are made of the command line's own definitions, in Markdown.
#pragma once

#include <string>

#include "server/cli/help.hpp"

namespace tfy::cli {

std::string commands_page(const CLI::App& program, const HelpFormatter& help);
std::string configuration_page(const CLI::App& program);

}  // namespace tfy::cli
