// The quick way of parse(): text that plain_json.hpp can read, as a tree.
#pragma once

#include <optional>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// What parse_strictly() gives for `text`; nullopt: ask that.
std::optional<Json> read_plain_tree(std::string_view text);

}  // namespace tfy::protocol
