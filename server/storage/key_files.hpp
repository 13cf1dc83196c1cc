// The files in a state directory's keys/: 32 random bytes each, with mode 0600.
#pragma once

#include <array>
#include <filesystem>

#include "protocol/error.hpp"

namespace tfy::storage {

/// The 32 bytes of a key file, made from random ones if there is none yet: processes that start at the
/// same moment agree on one. Errc::storage if it cannot be made, can be read by other users, or is no key;
/// the message says what becomes of the state directory without this key.
Result<std::array<unsigned char, 32>> load_or_create_key(const std::filesystem::path& file);

/// Whether each key that is there can be used. Those that are not there are made when they are first needed.
/// Errc::storage.
Result<void> check_key_files(const std::filesystem::path& state_dir);

}  // namespace tfy::storage
