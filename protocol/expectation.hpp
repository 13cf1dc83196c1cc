// What a schema expects of a value, in words and examples.
#pragma once

#include <optional>
#include <string>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// The schema's `example`; of an object without one, an object of the examples of its required members.
std::optional<Json> example_of(const Json& schema);
/// ", for example ci-bot", or nothing if there is no example.
std::string for_example(const Json& schema);
/// JSON with a space after each colon and comma.
std::string spaced(const Json& value);

/// "must be a number, not text, for example 50."
std::string wanted_type(const Json& schema, const Json& given);
/// For a value of the right type: the schema's `advice`, or its bounds: "Use a number from 1 to 100, for
/// example 50."
std::string wanted_value(const Json& schema, const Json& given);

}  // namespace tfy::protocol
