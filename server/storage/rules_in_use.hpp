// Which rules file the last server on a state directory was started with, for commands that are given none.
#pragma once

#include <filesystem>
#include <string>

#include "protocol/error.hpp"

namespace tfy::storage {

/// The file `rules` in the state directory. `policy` is what --policy says; empty: the built-in rules.
/// Errc::storage.
Result<void> keep_rules_file(const std::filesystem::path& state_dir, const std::string& policy);

/// Its absolute name; empty for the built-in rules, and if no server has kept any.
std::string rules_file_of_server(const std::filesystem::path& state_dir);

}  // namespace tfy::storage
