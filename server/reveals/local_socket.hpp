// Sockets in the file system, between processes of one user on one machine.
#pragma once

#include <filesystem>

#include "protocol/error.hpp"
#include "server/storage/open_file.hpp"

namespace tfy::reveals {

/// Listens at `file`, mode 0600, without blocking. A path may be longer than a socket's address holds.
/// Errc::storage.
Result<storage::OpenFile> listen_at(const std::filesystem::path& file);

/// A blocking connection whose reads and writes give up after `patience`. Errc::not_found if nothing
/// listens there.
Result<storage::OpenFile> connect_to(const std::filesystem::path& file, std::chrono::seconds patience);

}  // namespace tfy::reveals
