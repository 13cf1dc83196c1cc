// The file of --principals: which callers use which key to TrueFoundry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"
#include "server/upstream/key_map.hpp"

namespace tfy::config {

/// Of a text in TOML: tables [[principal]] with `principal` or `person`, or both, patterns with * and ?, and
/// `upstream`, which is "shared" (this server's own key) or the absolute path of a key file. Errc::refused
/// with the line.
Result<std::vector<upstream::MappedKey>> read_principals(std::string_view text, const std::string& file_name);

/// Of a file; nothing if none is named. Errc::refused also if other users may write it: they could take
/// another's key.
Result<std::vector<upstream::MappedKey>> load_principals(const std::string& written);

/// Errc::refused where an entry names a person who is not enrolled: their name may be mistyped.
Result<void> check_people(const std::vector<upstream::MappedKey>& entries,
                          const std::vector<std::string>& enrolled);

}  // namespace tfy::config
