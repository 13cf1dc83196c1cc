// A token as a list shows it, in each of the shapes that clients may meet.
#pragma once

#include "tools/sandbox/circumstances.hpp"
#include "tools/sandbox/world.hpp"

namespace tfy::sandbox {

/// A VirtualAccount, in the keys, types and formats that the official SDKs read.
Json write_virtual_account(const StoredToken& token, policy::Time now, Shape shape = Shape::virtual_account);

}  // namespace tfy::sandbox
