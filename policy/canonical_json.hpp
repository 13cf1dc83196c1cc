// JSON in the one form that is hashed, shown and run (RFC 8785, JSON Canonicalization Scheme).
#pragma once

#include <string>

#include "protocol/error.hpp"

namespace tfy::policy {

/// Members sorted by UTF-16 code units, shortest escapes, ECMAScript numbers. `value` must be valid UTF-8
/// throughout.
std::string canonical_json(const Json& value);

/// "sha256:" and 64 lower-case hex digits of `text`.
std::string sha256(std::string_view text);

}  // namespace tfy::policy
