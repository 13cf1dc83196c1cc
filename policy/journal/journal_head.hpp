// Where the journal ends, under a key: what the chain alone cannot tell, that its end is missing or that all
// of it was written anew.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "policy/journal/journal_record.hpp"

namespace tfy::journal {

struct JournalKey {
    std::array<unsigned char, 32> bytes{};
};

/// Moves with the last record, in its transaction.
struct JournalHead {
    std::int64_t sequence = 0;  // of the last record
    std::string hash;           // of the last record
    std::int64_t since = 1;     // the record with which the first head was made: 1 but for older journals
    std::string mac;            // over all of these: 64 hex digits

    bool operator==(const JournalHead&) const = default;
};

JournalHead head_at(const JournalRecord& last, std::int64_t since, const JournalKey& key);

/// nullopt: the journal ends where its head says. Else what is wrong. `last` is the last record of the
/// journal (nullptr: there is none), whose chain is someone else's to check.
std::optional<std::string> wrong_end(const JournalHead& head, const JournalRecord* last,
                                     const JournalKey& key);

}  // namespace tfy::journal
