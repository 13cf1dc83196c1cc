// What is told once, whichever process on the state directory is first: a row claims it, in the transaction
// that journals it, and the journal is the outbox.
#pragma once

#include <string>
#include <vector>

#include "server/storage/ledger.hpp"

namespace tfy::storage {

/// Blocking, one transaction each, Errc::storage, like the ledger's own methods.
class ToldOnce {
public:
    explicit ToldOnce(Ledger& ledger) : impl_(*ledger.impl_) {}

    /// Pending requests whose terms want something told.
    Result<std::vector<policy::Approval>> waiting(policy::Time now);
    /// The kinds that were claimed for this subject.
    Result<std::vector<std::string>> kinds(const std::string& subject);
    /// Claims the record's kind for that request and journals it. False, and nothing is written, if it was
    /// claimed before, or the request no longer waits.
    Result<bool> nudge(const std::string& approval_id, const journal::JournalEntry& entry);
    /// Claims `kind` for any other subject and journals the record; false if it was claimed before. Claims
    /// that are older than a year go.
    Result<bool> first(const std::string& subject, const std::string& kind,
                       const journal::JournalEntry& entry);

private:
    bool claim(const std::string& subject, const std::string& kind, policy::Time at);
    Ledger::Impl& impl_;
};

}  // namespace tfy::storage
