// The settings of all verbs: flags, variables and keys of the file of --config by the same names.
#pragma once

#include <CLI/CLI.hpp>

#include "server/config/config.hpp"

namespace tfy::cli {

void add_settings(CLI::App& app, config::Options& options);

}  // namespace tfy::cli
