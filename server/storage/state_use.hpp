// Whether a state directory belongs to a sandbox or to TrueFoundry. What was asked, decided and signed in to
// in one must not count in the other.
#pragma once

#include <filesystem>

#include "server/storage/ledger.hpp"
#include "server/storage/state_dir.hpp"

namespace tfy::storage {

/// Errc::refused if it is noted in the file `use`, or known by its requests or by its tokens, that the
/// directory belongs to the other. Errc::storage, also if that file is damaged. Without a `ledger` the file
/// alone tells.
Result<void> check_state_use(const std::filesystem::path& state_dir, Ledger* ledger, bool sandbox);
/// The same, and the file says from then on what the directory belongs to.
Result<void> keep_state_use(const StateDir& state, Ledger& ledger, bool sandbox);

}  // namespace tfy::storage
