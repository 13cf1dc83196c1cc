// Strict JSON: what nlohmann/json would let through (duplicate keys, endless nesting) ends here.
#pragma once

#include <cstddef>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::protocol {

struct ParseLimits {
    std::size_t bytes = 4 * 1024 * 1024;  // of the whole text
    std::size_t depth = 64;               // nested arrays and objects
};

/// One JSON value from the whole of `text`: UTF-8, no duplicate keys in any object, no byte after the value
/// but white space. Errors: Errc::parse_error with the byte offset, Errc::invalid_request with the same for
/// JSON with a number that no double can hold, Errc::too_large. The message never quotes the text.
Result<Json> parse(std::string_view text, ParseLimits limits = {});

}  // namespace tfy::protocol
