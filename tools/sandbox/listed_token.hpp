// A token as a list shows it.
#pragma once

#include "tools/sandbox/world.hpp"

namespace tfy::sandbox {

/// A VirtualAccount, in the keys, types and formats that the official SDKs declare for these routes.
Json write_virtual_account(const StoredToken& token, policy::Time now);

}  // namespace tfy::sandbox
