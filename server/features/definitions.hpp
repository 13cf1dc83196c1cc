// Definitions of prompts and resources, as manifests/ has them.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::features {

// Members that MCP does not know are ours, and are not shown to clients:
//   arguments[].maxLength  bytes that a value may have
//   arguments[].completes  what its values are taken from: "token_names", "token_ids", "approval_ids"
//   arguments[].suggests   values that are offered as they are
//   arguments[].example    a value that fits, for messages

/// Every JSON file that was embedded from manifests/`folder`, in the order of the files' names. They are part
/// of the program, and a test reads each of them: throws for one that is no JSON object.
std::vector<Json> definitions_in(std::string_view folder);

/// The one whose `member` is `value`; nullptr if there is none.
const Json* find_definition(const std::vector<Json>& definitions, std::string_view member,
                            std::string_view value);

/// The argument of this name; nullptr if the definition has none.
const Json* find_argument(const Json& definition, std::string_view name);

}  // namespace tfy::features
