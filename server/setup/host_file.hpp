// A host's file on the disk: read once, and replaced whole only if it is still what was read.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::setup {

struct HostFile {
    std::filesystem::path named;                     // as the host knows it
    std::filesystem::path real;                      // where links lead
    std::optional<std::string> text = std::nullopt;  // none: there is no file
    mode_t mode = 0600;                              // of a file that is new
};

/// Errc::storage, with what to do: a link to nowhere, no regular file, another user's, no right to read, over
/// 16 MiB.
Result<HostFile> read_host_file(const std::filesystem::path& path);

/// Puts `text` in its place, with its mode; none: takes the file away. Makes the folders above it.
/// Errc::conflict if the file has changed since it was read, Errc::storage if it cannot be written; nothing
/// is changed then.
Result<void> replace_host_file(const HostFile& file, const std::optional<std::string>& text);

/// Where the file is kept as it was: beside it, mode 0600.
std::filesystem::path copy_of(const HostFile& file);

/// Errc::storage.
Result<void> keep_copy(const HostFile& file);

}  // namespace tfy::setup
