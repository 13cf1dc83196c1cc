// Passphrases of versions that kept one file a person, `approvers/NAME` in the state directory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "server/storage/ledger.hpp"

namespace tfy::people {

/// While no one is enrolled, the person whose passphrase was set first, by the journal, is enrolled with it
/// as the first person, and the file goes. Does nothing if there is none. Errc::storage.
Result<void> carry_over_passphrase(const std::filesystem::path& state_dir, storage::Ledger& ledger,
                                   policy::Time now);

/// Who has such a file and is not enrolled: they need an invitation.
std::vector<std::string> not_carried_over(const std::filesystem::path& state_dir,
                                          const std::vector<storage::Person>& people);

}  // namespace tfy::people
