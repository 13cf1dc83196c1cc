// One line of the journal, and the chain that shows when a line was changed, removed or moved.
#pragma once

#include <string>
#include <vector>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::journal {

struct JournalRecord {
    std::int64_t sequence = 0;  // from 1, without gaps
    policy::Time at = {};
    std::string kind;            // "requested", "decided", "executing", "finished", "reveal_claimed", …
    std::string approval_id;     // empty if none
    Json body = Json::object();  // redacted
    std::string previous;        // hash of the record before; 64 zeros for the first
    std::string hash;            // sha256 of the canonical JSON of all the above: 64 hex digits

    Json json() const;
    static Result<JournalRecord> read(const Json& value);
};

/// The record that follows `last` (nullptr: the first), its hash set.
JournalRecord follow(const JournalRecord* last, policy::Time at, std::string kind, std::string approval_id,
                     Json body);

/// nullopt: the chain holds. Else what is wrong and at which sequence number. `records` start at the first,
/// or follow `before`. Records cut off at the end leave no trace here: see journal_head.hpp.
std::optional<std::string> broken(const std::vector<JournalRecord>& records,
                                  const JournalRecord* before = nullptr);

}  // namespace tfy::journal
