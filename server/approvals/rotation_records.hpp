// What is written of rotations, by the desk and by the command line beside it.
#pragma once

#include "policy/human.hpp"
#include "server/storage/ledger.hpp"

namespace tfy::server {

JournalEntry rotation_entry(std::string kind, const RotationRow& row, const policy::Redactor& redactor,
                            policy::Time now);

/// A person keeps the old token of a rotation that is waiting or due. Errc::not_found; Errc::refused where it
/// is too late or decided already; Errc::conflict where a process took it up in the same moment.
Result<tools::Rotation> keep_rotation(Ledger& ledger, const std::string& id, const policy::Human& person,
                                      const policy::Redactor& redactor, policy::Time now);

}  // namespace tfy::server
