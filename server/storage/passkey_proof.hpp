// Whether what people's passkeys signed, as the journal keeps it, is what was decided.
#pragma once

#include <map>
#include <string>

#include "policy/journal/journal_record.hpp"
#include "server/storage/passkey.hpp"

namespace tfy::storage {

/// What an error has with it that says that the journal is not as it was written: see says_changed().
inline Json journal_was_changed() { return {{"journal", "changed"}}; }

/// For a journal that is read in order. Passkeys are believed as its own records of them tell, at that place:
/// neither the rows nor the network are asked.
class PasskeyProof {
public:
    /// Errc::storage if a signature does not hold, or is missing.
    Result<void> take(const journal::JournalRecord& record);
    std::size_t signed_decisions() const { return signed_; }

private:
    Result<void> check(const journal::JournalRecord& record, const Json& evidence) const;

    std::map<std::string, Passkey> passkeys_;  // by our id
    std::size_t signed_ = 0;
};

}  // namespace tfy::storage
