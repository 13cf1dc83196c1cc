// What a connection knows of the database without reading it: what it wrote itself, while no one else writes.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy/approval.hpp"
#include "policy/journal/journal_head.hpp"
#include "policy/journal/journal_record.hpp"
#include "server/storage/commit_stamp.hpp"

namespace tfy::storage {

/// The journal's end was checked against its head once, when it was read, and grew by this connection alone
/// since: the stamp of the last commit tells. A commit of anyone else, a piece of work that is undone, and a
/// database without stamps (in memory) make everything unknown.
class OwnCommits {
public:
    /// Enough of an open request to tell that another one does not meet it.
    struct OpenCall {
        std::string principal, base_url, tool, tool_version;
        std::vector<std::string> needs;
    };
    using OpenCalls = std::map<std::string, OpenCall>;  // by id

    struct Known {
        bool again = false;                               // the commit before this transaction was ours, too
        std::optional<journal::JournalRecord> last = {};  // without its body
        std::optional<journal::JournalHead> head = {};
        bool people = false;  // what was read of them is still so
        std::optional<OpenCalls> open = {};
    };

    explicit OwnCommits(SQLite::Database& database) : database_(&database), stamps_(database) {}

    /// At the beginning of a transaction that writes.
    void begin();
    /// After its commit.
    void committed();
    /// Something was undone.
    void forget() { known_.reset(); }

    /// Of this transaction; nullptr: nothing is known, and nothing need be noted.
    Known* now() { return known_ ? &*known_ : nullptr; }
    /// As it was written.
    void note(const policy::Approval& approval);

private:
    SQLite::Database* database_;
    CommitStamps stamps_;
    std::optional<Known> known_ = {};
    std::optional<CommitStamp> begun_at_ = {};
    std::optional<CommitStamp> committed_at_ = {};
    int changes_ = 0;  // of rows, by this connection, before the transaction
};

}  // namespace tfy::storage
