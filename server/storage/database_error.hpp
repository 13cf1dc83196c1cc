// What is said of a state database that cannot be used.
#pragma once

#include <filesystem>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::storage {

/// What an error about it begins with. What callers may see, too, names no path.
constexpr std::string_view the_database = "The state database";

/// What an error about a damaged one ends with, but for the full stop.
constexpr std::string_view put_a_backup = "Put a backup of the whole state directory in its place";

/// The same for a person who runs the server: with the file's name, as several databases lie in a state
/// directory, and with the way to go on without a backup. Other errors stay as they are.
Error with_its_file(Error error, const std::filesystem::path& file);

}  // namespace tfy::storage
