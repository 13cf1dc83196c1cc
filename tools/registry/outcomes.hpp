// What the server may say about a tool's result without knowing the tool.
#pragma once

#include <string>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::registry {

/// What is to be done now about what `structured`, of a call that succeeded, tells of; empty if nothing.
std::string what_to_do(const Json& structured, policy::Time now);

}  // namespace tfy::registry
