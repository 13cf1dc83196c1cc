// Where a page of a list ended, so that the next one begins right after it, whatever came or went meanwhile.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/time.hpp"

namespace tfy::tools {

/// A place in a sorted list: by key, and by id where keys are the same.
struct Position {
    std::string key;  // bytes that sort as what is sorted by
    std::string id;
};

struct Cursor {
    std::string question = {};  // what was asked: a cursor is good for the same filters and order only
    policy::Time since = {};    // when the first page was made
    Position last = {};         // of the last entry shown
};

/// Base64url, opaque to clients.
std::string write_cursor(const Cursor& cursor);
/// nullopt for what write_cursor never wrote.
std::optional<Cursor> read_cursor(std::string_view text);

}  // namespace tfy::tools
