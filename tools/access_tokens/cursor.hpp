// Where a page of a list ended, so that the next one begins right after it, whatever came or went meanwhile.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/sealed_state.hpp"
#include "policy/time.hpp"

namespace tfy::access_tokens {

/// A place in a sorted list: by key, and by id where keys are the same.
struct ListPosition {
    std::string key;  // UTF-8 that sorts as what is sorted by
    std::string id;
};

struct Cursor {
    std::string question = {};  // what was asked: a cursor is good for the same filters and order only
    policy::Time since = {};    // by last use: when the first page was made
    ListPosition last = {};     // of the last entry shown
};

/// Sealed for the principal that gets it: a client can neither read nor change it, and no token's id or value
/// can be found in it.
std::string write_cursor(const Cursor& cursor, const policy::SealKey& key, std::string_view whose = {});
/// nullopt for what write_cursor never wrote with this key for this principal.
std::optional<Cursor> read_cursor(std::string_view text, const policy::SealKey& key,
                                  std::string_view whose = {});

}  // namespace tfy::access_tokens
