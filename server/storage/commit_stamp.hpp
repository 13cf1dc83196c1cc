// Which commit was the last one, read from shared memory: tells in well under a microsecond that nothing was
// written.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstdint>
#include <optional>

struct sqlite3_file;  // NOLINT(readability-identifier-naming): the library calls it so

namespace tfy::storage {

/// The head of SQLite's wal-index. Differs after each commit by any process; also after what changes no row,
/// such as a checkpoint. Take it before you read rows: what is committed meanwhile then shows as another
/// stamp.
using CommitStamp = std::array<std::uint32_t, 12>;

/// Of one connection, which outlives it.
class CommitStamps {
public:
    explicit CommitStamps(SQLite::Database& database);

    /// nullopt if the database has no wal-index, or its head is being written or is left half-written (a
    /// process was killed): then only reading tells. The connection must have read before, in WAL mode.
    std::optional<CommitStamp> last() const;

private:
    sqlite3_file* file_ = nullptr;  // SQLite's own: the connection has one for as long as it is open
};

/// Whether `later` is the commit after `earlier`, with none in between.
bool follows(const CommitStamp& later, const CommitStamp& earlier);

}  // namespace tfy::storage
