// parse() without its quick way: what that way takes must come out the same here.
#pragma once

#include "protocol/parse.hpp"

namespace tfy::protocol {

Result<Json> parse_strictly(std::string_view text, ParseLimits limits = {});

}  // namespace tfy::protocol
