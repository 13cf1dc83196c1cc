// The sandbox's tokens in SQLite, so that a restart shows them again: hashes of their values, never the
// values.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "tools/sandbox/world.hpp"

namespace tfy::storage {

/// Creates and migrates. A new one holds `first`; one that was opened before keeps what it holds, even
/// nothing. Errc::storage as the ledger has it; a second token with one id is Errc::conflict.
Result<std::unique_ptr<sandbox::TokenStore>> open_sqlite_token_store(
    const std::filesystem::path& file, const std::vector<sandbox::StoredToken>& first = {});

/// What the file holds now, in memory: nothing is written to it or beside it. Empty if there is no file.
Result<std::unique_ptr<sandbox::TokenStore>> copy_sqlite_token_store(const std::filesystem::path& file);

}  // namespace tfy::storage
