// Opening, migrating, and the sentences for what can go wrong with a file.
#include "server/storage/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "server/storage/private_files.hpp"
#include "server/system/descriptors.hpp"

namespace tfy::storage::sqlite {
namespace {

bool in_memory(const std::filesystem::path& file) { return file == ":memory:"; }

// One process at a time changes the journal mode and migrates: SQLite answers "busy" at once to two that try.
// Held on the folder, which needs no file of its own; where the file system knows no such lock the two merely
// compete.
class Turn {
public:
    explicit Turn(const std::filesystem::path& file) {
        if (in_memory(file)) return;
        folder_ = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder_ >= 0) ::flock(folder_, LOCK_EX);
    }
    ~Turn() {
        if (folder_ >= 0) ::close(folder_);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    int folder_ = -1;
};

// SQLite gives its -wal and -shm files the mode of the database. The file is made without being opened:
// closing a descriptor of a database drops every lock that this process has on it.
Result<void> create_private(const std::filesystem::path& file) {
    if (auto folder = make_private_folder(file.parent_path()); !folder) return folder;
    const bool there = ::mknod(file.c_str(), S_IFREG | 0600, 0) == 0 ||
                       (errno == EEXIST && ::chmod(file.c_str(), 0600) == 0);
    if (there) return {};
    return Error{Errc::storage, "The state database " + file.string() + " cannot be created (" +
                                    std::generic_category().message(errno) + "); nothing was run."};
}

void configure(SQLite::Database& database, const Limits& limits) {
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("PRAGMA secure_delete = ON");
    database.exec("PRAGMA trusted_schema = OFF");
    database.exec(limits.waits_for_disk ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    database.exec("PRAGMA journal_mode = WAL");
    if (limits.pages > 0) database.exec("PRAGMA max_page_count = " + std::to_string(limits.pages));
}

Result<void> migrate(SQLite::Database& database, std::span<const std::string_view> migrations) {
    return write(database, [&]() -> Result<void> {
        const auto version = database.execAndGet("PRAGMA user_version").getInt64();
        const auto known = static_cast<std::int64_t>(migrations.size());
        if (version > known)
            return Error{Errc::storage,
                         "The state database was written by a newer version of tfy-pat-mcp. Run that "
                         "version, or give another "
                         "--state-dir; nothing was changed."};
        if (version == known) return {};
        for (const auto step : migrations.subspan(static_cast<std::size_t>(version)))
            database.exec(std::string(step));
        database.exec("PRAGMA user_version = " + std::to_string(known));
        return {};
    });
}

std::string sentence(int code) {
    switch (code) {
        case SQLITE_FULL: return "The state database is full: free some disk space";
        case SQLITE_IOERR:
            return "The state database cannot be read or written: the disk is full, over its quota, or "
                   "faulty. Check the disk of the state "
                   "directory";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_CANTOPEN:
            if (system::few_are_free())
                return "The state database cannot be opened: too many files are open. " +
                       std::string(system::allow_more_files);
            return "The state database cannot be opened for writing: check that this user owns the state "
                   "directory and may write to it";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return "The state database is damaged: move it out of the state directory and keep it, put a "
                   "backup in its place, or start anew";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "Another process keeps the state database locked: try again, or end that process";
        case SQLITE_NOMEM: return "The state database needs more memory than there is";
        default: return "The state database failed (" + std::string(sqlite3_errstr(code)) + ")";
    }
}

}  // namespace

Result<std::unique_ptr<SQLite::Database>> open(const std::filesystem::path& file,
                                               std::span<const std::string_view> migrations,
                                               const Limits& limits) {
    if (!in_memory(file))
        if (auto created = create_private(file); !created) return created.error();
    return read([&]() -> Result<std::unique_ptr<SQLite::Database>> {
        const Turn turn(file);
        auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE,
                                                           static_cast<int>(limits.lock_wait.count()));
        configure(*database, limits);
        if (auto migrated = migrate(*database, migrations); !migrated) return migrated.error();
        return database;
    });
}

Statements::Idle::node_type Statements::take(std::string_view sql) {
    const auto found = idle_.find(sql);
    if (found != idle_.end()) return idle_.extract(found);
    Idle fresh;
    const std::string text(sql);
    fresh.emplace(text, SQLite::Statement(*database_, text));
    return fresh.extract(fresh.begin());
}

// One that failed is not used again.
void Statements::take_back(Idle::node_type node) noexcept {
    try {
        node.mapped().reset();
        node.mapped().clearBindings();
    } catch (const SQLite::Exception&) {
        return;
    }
    idle_.insert(std::move(node));
}

Error failure(const SQLite::Exception& thrown) {
    return {Errc::storage, sentence_of(thrown) + "; nothing was run."};
}

std::string sentence_of(const SQLite::Exception& thrown) { return sentence(thrown.getErrorCode() & 0xff); }

Error damaged(std::string_view what) {
    return {
        Errc::storage,
        "The state database holds " + std::string(what) +
            " that cannot be read: restore a backup, or move the file away and start anew; nothing was run."};
}

// SQLite ends a transaction by itself on some failures (a full disk), and then there is nothing left to roll
// back.
Transaction::~Transaction() {
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) database_.tryExec("ROLLBACK");
}

Group::~Group() {
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) database_.tryExec("ROLLBACK");
}

Error Group::lose(Error why) {
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) database_.tryExec("ROLLBACK");
    open_ = false;
    lost_ = why;
    return why;
}

Result<void> Group::begin_piece() {
    nested_ = open_;
    auto begun = read([&]() -> Result<void> {
        run(open_ ? "SAVEPOINT piece" : "BEGIN IMMEDIATE");
        return {};
    });
    if (!begun) return lose(begun.error());
    open_ = true;
    return begun;
}

// The first piece is the whole transaction, so that nothing of it is left where that ends.
Result<void> Group::end_piece(const std::optional<Error>& why) {
    if (sqlite3_get_autocommit(database_.getHandle()) != 0)
        return lose(why.value_or(damaged("a transaction that ended by itself")));
    auto ended = read([&]() -> Result<void> {
        if (why) run(nested_ ? "ROLLBACK TO piece" : "ROLLBACK");
        if (nested_) run("RELEASE piece");
        return {};
    });
    if (!ended) return lose(ended.error());
    if (why && !nested_) open_ = false;
    return ended;
}

Result<void> Group::commit() {
    if (lost_) return *lost_;
    if (!open_) return {};
    auto done = read([&]() -> Result<void> {
        run("COMMIT");
        return {};
    });
    if (!done) return lose(done.error());
    open_ = false;
    return done;
}

}  // namespace tfy::storage::sqlite
