// What a person or a program named something, to be kept in their own words.
#pragma once

#include <string>
#include <string_view>

#include "policy/redacted.hpp"
#include "protocol/error.hpp"

namespace tfy::storage {

/// Errc::refused if `seal` takes anything out of it. `what` begins the words ("This label"), `undone` says
/// what was not done.
inline Result<void> check_kept(const policy::Seals& seal, std::string_view what, std::string_view text,
                               std::string_view undone) {
    if (seal.seal_text(text).text() == text) return {};
    return Error{Errc::refused,
                 std::string(what) +
                     " holds the value of an access token, or bytes that are no text, and would "
                     "be kept as it is. " +
                     std::string(undone) + " Give another one."};
}

}  // namespace tfy::storage
