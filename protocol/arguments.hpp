// Arguments as hosts really send them: what their spelling means, by the schema that they are for.
#pragma once

#include "protocol/error.hpp"

namespace tfy::protocol {

/// `value` in the spelling that `schema` asks for, where only one can be meant:
///   - null for a known member is left out; where the member is required, it is missing then;
///   - a whole number written as 10.0 or 1e1 is an integer, up to 2^53 - 1;
///   - JSON text of an object (parse.hpp) is that object, where text would not do.
/// Everything else stays as it is, for the schema to judge. Looks into `properties` and `items` only.
Json as_meant(const Json& schema, Json value);

}  // namespace tfy::protocol
