// How values of options are written, wherever they stand: on the command line, in the environment, in a file.
#pragma once

#include <CLI/CLI.hpp>

namespace tfy::cli {

/// Several in one text, with commas between them; white space around each does not count.
void takes_list(CLI::Option& option);

/// White space around the values of all its options does not count.
void trim_values(CLI::App& app);

}  // namespace tfy::cli
