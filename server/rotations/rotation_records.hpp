// What is written of rotations, by the desk and by the command line beside it.
#pragma once

#include "policy/human.hpp"
#include "server/storage/ledger.hpp"

namespace tfy::rotations {

journal::JournalEntry rotation_entry(std::string kind, const storage::RotationRow& row,
                                     const redaction::Redactor& redactor, policy::Time now);

/// A person keeps the old token of a rotation that is waiting or due. If a person kept it before, the
/// rotation as it is, and nothing is written. Errc::not_found; Errc::refused if it is too late;
/// Errc::conflict if a process took it up in the same moment.
Result<access_tokens::Rotation> keep_rotation(storage::Ledger& ledger, const std::string& id,
                                              const policy::Human& person,
                                              const redaction::Redactor& redactor, policy::Time now);

}  // namespace tfy::rotations
