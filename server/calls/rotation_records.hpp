// What is written of rotations, by the desk and by the command line beside it.
#pragma once

#include "policy/human.hpp"
#include "server/storage/ledger.hpp"

namespace tfy::calls {

storage::JournalEntry rotation_entry(std::string kind, const storage::RotationRow& row,
                                     const redaction::Redactor& redactor, policy::Time now);

/// A person keeps the old token of a rotation that is waiting or due. Errc::not_found; Errc::refused where it
/// is too late or decided already; Errc::conflict where a process took it up in the same moment.
Result<access_tokens::Rotation> keep_rotation(storage::Ledger& ledger, const std::string& id,
                                              const policy::Human& person,
                                              const redaction::Redactor& redactor, policy::Time now);

}  // namespace tfy::calls
