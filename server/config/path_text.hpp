// Paths as people write them into settings, which no shell has read.
#pragma once

#include <filesystem>
#include <string>

#include "protocol/error.hpp"

namespace tfy::config {

/// $HOME, else the home that the operating system knows; empty if there is none.
std::filesystem::path home_folder();

/// Of this program; empty if PATH leads a shell to it by its name.
std::filesystem::path path_of_program();

/// `text` with "~", "~/…", $HOME and ${HOME} filled in. Errc::invalid_params, with `name` and without the
/// value, for what would else become a folder of that name: ~user, $OTHER, ${x}, %X%, {{x}}.
Result<std::string> expand_path(const std::string& text, const std::string& name);

}  // namespace tfy::config
