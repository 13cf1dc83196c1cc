// Where a page of the list ended: an offset, and the id of the last token shown, so that a page neither
// repeats nor skips where tokens came or went meanwhile.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfy::tools {

struct Cursor {
    std::size_t offset = 0;  // used where the anchor is gone
    std::string anchor;      // a token's id
};

/// Base64url, opaque to clients.
std::string write_cursor(const Cursor& cursor);
/// nullopt for what write_cursor never wrote.
std::optional<Cursor> read_cursor(std::string_view text);

}  // namespace tfy::tools
