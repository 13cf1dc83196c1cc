// Whether a state directory belongs to a sandbox or to TrueFoundry. What was asked, decided and signed in to
// in one must not count in the other.
#pragma once

#include "server/storage/ledger.hpp"
#include "server/storage/state_dir.hpp"

namespace tfy::storage {

/// Notes in the file `use` what the directory belongs to. Errc::refused if it is noted, or known by
/// its requests or by its tokens, that it belongs to the other. Errc::storage.
Result<void> keep_state_use(const StateDir& state, Ledger& ledger, bool sandbox);

}  // namespace tfy::storage
