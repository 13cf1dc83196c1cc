// Folders and files that no one but their owner may look into.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::storage {

/// Makes `folder` with mode 0700, and what is missing above it as usual. One that is there already must be
/// closed to other users; an empty one is closed, one with files in it is refused rather than changed.
/// Errc::storage.
Result<void> make_private_folder(const std::filesystem::path& folder);

/// What could not be done in the state directory ("Cannot write FILE"), why by errno, that nothing was run,
/// and what helps. Errc::storage.
Error not_written(const std::string& what, int why);

/// A file's permissions, as chmod writes them: "0644".
std::string octal(mode_t mode);

/// False also if it cannot be known.
bool is_there(const std::filesystem::path& file);

/// Puts `text` into `file`, mode 0600: whole under another name first, so that there is no moment with half
/// of it. False with errno set if it cannot be written; then the old one is still there.
bool replace_private_file(const std::filesystem::path& file, std::string_view text);

/// Whether the group of a file may look into it, too.
enum class GroupAccess { may_not, may_read };

/// What a file of at most `most` bytes holds that no other user may read. Errc::refused with a clause about
/// it: "other users may read FILE; run chmod 600 on it".
Result<std::string> read_private_file(const std::filesystem::path& file, std::size_t most,
                                      GroupAccess group = GroupAccess::may_not);

/// What `file` holds; empty if it is not there.
std::string text_in(const std::filesystem::path& file);
/// Puts `text` into `file` unless that is what it holds. Errc::storage.
Result<void> keep_text(const std::filesystem::path& file, std::string_view text);

}  // namespace tfy::storage
