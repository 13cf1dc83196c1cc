// A listed token in the other shapes that clients may meet.
#pragma once

#include "tests/lab/circumstances.hpp"
#include "tools/sandbox/world.hpp"

namespace tfy::lab {

/// `listed`: the token as the sandbox lists it.
Json reshaped(Json listed, const sandbox::StoredToken& token, Shape shape);

}  // namespace tfy::lab
