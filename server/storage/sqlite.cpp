// Opening, migrating, and the sentences for what can go wrong with a file.
#include "server/storage/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>

#include "server/storage/database_error.hpp"
#include "server/storage/private_files.hpp"
#include "server/system/descriptors.hpp"
#include "tools/own_command.hpp"

namespace tfy::storage::sqlite {
namespace {

bool in_memory(const std::filesystem::path& file) { return file == ":memory:"; }

// One process at a time changes the journal mode and migrates: SQLite answers "busy" at once to two that try.
// Held on the folder, which needs no file of its own; if the file system knows no such lock the two merely
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

/// A disk that cannot be written keeps SQLite from reading, too: its log is part of the database. A new name
/// each time: an old copy must not be read in the place of the new one.
std::string for_reading_alone(const std::filesystem::path& state_dir) {
    return " Even reading needs a writable disk. If you only want to look, copy the whole state directory: "
           "copy=$(mktemp -d) && cp -a " +
           tools::quoted_for_a_shell((state_dir / ".").string()) +
           " \"$copy\". Then give the same command --state-dir \"$copy\".";
}

Error not_for_writing(const std::filesystem::path& file, int why) {
    const bool there = is_there(file);
    auto error = not_written(
        "The state database " + file.string() + " cannot be " + (there ? "opened for writing" : "created"),
        why);
    if (why == EROFS && there) error.message += for_reading_alone(file.parent_path());
    return error;
}

// SQLite gives its -wal and -shm files the mode of the database. The file is made without being opened:
// closing a descriptor of a database drops every lock that this process has on it.
Result<void> create_private(const std::filesystem::path& file) {
    if (auto folder = make_private_folder(file.parent_path()); !folder) return folder;
    struct stat found = {};
    if (::stat(file.c_str(), &found) == 0 && !S_ISREG(found.st_mode))
        return Error{
            Errc::storage,
            std::string(the_database) + " " + file.string() +
                " is no file. Nothing was run. Move what is there out of the state directory, and put "
                "a backup of the database in its place, or use another --state-dir."};
    const bool ready = ::mknod(file.c_str(), S_IFREG | 0600, 0) == 0 ||
                       (errno == EEXIST && ::chmod(file.c_str(), 0600) == 0);
    if (ready) return {};
    return not_for_writing(file, errno);
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
                         "The state database was written by a newer version of tfy-pat-mcp. Nothing was "
                         "changed. Run that version, or give another --state-dir."};
        if (version == known) return {};
        for (const auto step : migrations.subspan(static_cast<std::size_t>(version)))
            database.exec(std::string(step));
        database.exec("PRAGMA user_version = " + std::to_string(known));
        return {};
    });
}

/// Both without a full stop.
struct Trouble {
    std::string what;
    std::string todo = {};
};

Trouble trouble_of(int code) {
    const std::string database(the_database);
    switch (code) {
        case SQLITE_FULL: return {database + " is full", "Free some disk space"};
        case SQLITE_IOERR:
            return {database + " cannot be read or written: the disk is full, over its quota, or faulty",
                    "Check the disk of the state directory"};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_CANTOPEN:
            if (system::few_are_free())
                return {database + " cannot be opened: too many files are open",
                        std::string(system::allow_more_files)};
            return {database + " cannot be opened for writing",
                    "Check that this user owns the state directory and may write to it"};
        case SQLITE_ERROR:  // our statements are right: a table is not as our migrations made it
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return {database + " is damaged", std::string(put_a_backup)};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {"Another process keeps the state database locked", "Try again, or end that process"};
        case SQLITE_NOMEM: return {database + " needs more memory than there is"};
        default: return {database + " failed (" + std::string(sqlite3_errstr(code)) + ")"};
    }
}

/// What is said outside of this machine, too: it names no path.
Error trouble(const Trouble& found) {
    return {Errc::storage,
            found.what + ". Nothing was run." + (found.todo.empty() ? "" : " " + found.todo + ".")};
}

}  // namespace

Result<std::unique_ptr<SQLite::Database>> open(const std::filesystem::path& file,
                                               std::span<const std::string_view> migrations,
                                               const Limits& limits) {
    if (!in_memory(file))
        if (auto created = create_private(file); !created) return created.error();
    auto opened = read([&]() -> Result<std::unique_ptr<SQLite::Database>> {
        const Turn turn(file);
        auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE,
                                                           static_cast<int>(limits.lock_wait.count()));
        configure(*database, limits);
        if (auto migrated = migrate(*database, migrations); !migrated) return migrated.error();
        return database;
    });
    if (!opened) return with_its_file(opened.error(), file);
    return opened;
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

Error failure(const SQLite::Exception& thrown) { return trouble(trouble_of(thrown.getErrorCode() & 0xff)); }

std::string sentence_of(const SQLite::Exception& thrown) {
    auto [what, todo] = trouble_of(thrown.getErrorCode() & 0xff);
    if (todo.empty()) return what;
    todo.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(todo.front())));
    return what + ": " + todo;
}

Error damaged(std::string_view what) {
    return trouble({std::string(the_database) + " holds " + std::string(what) + " that cannot be read",
                    std::string(put_a_backup)});
}

Error lacking(std::string_view what) {
    return trouble({std::string(the_database) + " is damaged: it lacks the " + std::string(what),
                    std::string(put_a_backup)});
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
