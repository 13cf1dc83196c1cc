// Small files that people name: settings, rules, notes of this server.
#pragma once

#include <filesystem>
#include <string>

#include "protocol/error.hpp"

namespace tfy::storage {

/// What `file` holds, if it is a regular file of at most `most` bytes: opening a pipe or a device would wait
/// for ever, reading one would not end. Errc::not_found if there is none, Errc::refused with why in a clause
/// ("it is not a regular file").
Result<std::string> read_regular_file(const std::filesystem::path& file, std::size_t most);

}  // namespace tfy::storage
