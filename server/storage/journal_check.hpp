// Whether the journal is whole. It is read page by page: it may be longer than memory.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/ledger.hpp"
#include "server/storage/passkey_proof.hpp"

namespace tfy::storage {

/// Whether the error of a check says that the journal, or what it vouches for, is not as it was written.
/// Others kept it from being checked.
bool says_changed(const Error& error);

/// All records in order, some at a time. An error of `each` ends it.
using EachPage = std::function<Result<void>(const std::vector<journal::JournalRecord>& page)>;
Result<void> for_each_page(Ledger& ledger, const EachPage& each);

/// What holds of a journal that is read in order, some records at a time.
class JournalProof {
public:
    /// Errc::storage with where it is broken, or which signature of a passkey does not hold.
    Result<void> take(const std::vector<journal::JournalRecord>& page);
    /// After the last page. `end` was read before the first one; `by_hand`: see
    /// Ledger::people_the_journal_does_not_know(). Lines for people: see verify_journal().
    Result<std::string> result(const JournalEnd& end, const std::vector<std::string>& by_hand,
                               const policy::Seals& seal) const;
    /// The same of a journal that holds, for programs.
    Json facts(const JournalEnd& end) const;

private:
    std::optional<journal::JournalRecord> last_;
    std::string beginning_;  // a line for people; empty for a journal that is the first one
    PasskeyProof passkeys_;
};

struct IntactJournal {
    std::string said;  // lines for people
    Json facts;
};

/// How many records hold together, the hash of the last one, and since when the end is protected.
/// Errc::storage with where it is broken, or if it cannot be read.
Result<IntactJournal> check_journal(Ledger& ledger, const policy::Seals& seal);
/// The lines for people alone.
Result<std::string> verify_journal(Ledger& ledger, const policy::Seals& seal);

}  // namespace tfy::storage
