// Bytes of files, pipes and terminals, with the reason where they cannot be read or written.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "protocol/error.hpp"
#include "server/storage/open_file.hpp"

namespace tfy::cli {

/// For reading; "-" is standard input. Errc::not_found with the reason, also for a folder.
Result<storage::OpenFile> open_for_reading(const std::string& file);

/// Waits for at least one byte; 0 at the end. Errc::closed with the reason: "Input/output error".
Result<std::size_t> read_some(int file, std::span<char> into);

/// All of them, however often it takes. Errc::closed with the reason: "No space left on device".
Result<void> write_all(int file, std::string_view bytes);

/// True if both are the same file on a disk, so that writing one would grow the other.
bool is_same_file(int one, int other);

/// Not a terminal, a pipe, or the like.
bool is_regular_file(int file);

}  // namespace tfy::cli
