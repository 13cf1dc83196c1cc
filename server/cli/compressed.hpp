// Files in which nothing can be found, because they are compressed.
#pragma once

#include <string_view>

namespace tfy::cli {

/// How many of a file's first bytes tell it.
inline constexpr std::size_t compression_magic = 10;

/// "gzip", "bzip2", "xz", "zstd", "zip", "7z", "lz4", "lzip", "compress", "rar"; empty for anything else.
std::string_view compression_of(std::string_view first_bytes);

}  // namespace tfy::cli
