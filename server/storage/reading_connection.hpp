// A connection to the state database that only reads.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "protocol/error.hpp"
#include "server/storage/commit_stamp.hpp"
#include "server/storage/file_id.hpp"
#include "server/storage/sqlite.hpp"

namespace tfy::storage {

/// Of the database as it lies there now. Errc::storage with a clause, without a full stop.
inline Result<FileId> file_to_read(const std::filesystem::path& file) {
    if (const auto id = FileId::of(file)) return *id;
    return Error{Errc::storage, "The state database " + file.string() + " is no longer there (" +
                                    std::generic_category().message(errno) +
                                    "): put the state directory back as it was, and restart this server"};
}

/// The file is known before it is opened: one that is put in its place meanwhile is seen at the next look.
struct ReadingConnection {
    static constexpr int longest_wait_ms = 20;

    ReadingConnection(const std::filesystem::path& file, FileId is)
        : id(is), database(file.string(), SQLite::OPEN_READWRITE, longest_wait_ms) {
        // Not opened read-only: such a connection could not read back the log of a process that was killed.
        database.exec("PRAGMA query_only = ON");
        database.exec("PRAGMA trusted_schema = OFF");
        has_stamp = database.execAndGet("PRAGMA journal_mode").getString() == "wal";
    }

    /// To be taken before rows are read: what is committed meanwhile is seen at the next look then. nullopt:
    /// only reading tells.
    std::optional<CommitStamp> stamp() { return has_stamp ? stamps.last() : std::nullopt; }

    FileId id;
    SQLite::Database database;
    CommitStamps stamps{database};
    bool has_stamp = false;
};

/// Connects if there is no connection yet, and anew where another file lies there by now.
template <class Connection>
Result<void> follow_file(const std::filesystem::path& file, std::unique_ptr<Connection>& connection) {
    const auto id = file_to_read(file);
    if (!id) return id.error();
    if (connection && connection->id == *id) return {};
    connection.reset();
    return sqlite::read([&]() -> Result<void> {
        connection = std::make_unique<Connection>(file, *id);
        return {};
    });
}

}  // namespace tfy::storage
