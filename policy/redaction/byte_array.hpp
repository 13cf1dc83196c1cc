// Bytes as JSON has them: [101, 121], {"0": 101, "1": 121}.
#pragma once

#include <optional>
#include <string>

#include "protocol/error.hpp"

namespace tfy::redaction {

/// False for nearly all that is nothing of the kind, soon.
inline bool may_be_bytes(const Json& value) {
    constexpr std::size_t least = 6;
    return value.size() >= least && value.is_structured() && value.front().is_number_integer();
}

/// nullopt if `value` is no array, nor an object with an index for each item, of integers that are bytes
/// (-128 to 255), or has fewer than `least` of them.
std::optional<std::string> spelled_bytes(const Json& value, std::size_t least);

}  // namespace tfy::redaction
