// JSON in the one form that is hashed, shown and run (RFC 8785, JSON Canonicalization Scheme).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::policy {

/// Members sorted by UTF-16 code units, shortest escapes, ECMAScript numbers. `value` must be valid UTF-8
/// throughout.
std::string canonical_json(const Json& value);

/// The same of an object, member by member in their order, without a copy of any value.
class CanonicalMembers {
public:
    CanonicalMembers& add(std::string_view name, std::string_view text);
    CanonicalMembers& add(std::string_view name, const Json& value);
    CanonicalMembers& add(std::string_view name, std::int64_t number);
    std::string take();

private:
    void begin(std::string_view name);

    std::string text_;
};

/// "sha256:" and 64 lower-case hex digits of `text`.
std::string sha256(std::string_view text);

}  // namespace tfy::policy
