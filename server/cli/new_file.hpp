// A file for what is shown once.
#pragma once

#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::cli {

/// Makes a file that was not there before, for its owner alone. `undone` ends the sentence if it cannot be
/// made: "No key was made."
Result<void> write_new(const std::string& file, std::string_view text, const std::string& undone);

}  // namespace tfy::cli
