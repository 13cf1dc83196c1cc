// SQLite as this house uses it: how a file is opened, how it is migrated, how a transaction ends, and what
// its failures are called.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::storage::sqlite {

struct Limits {
    std::chrono::milliseconds lock_wait{5'000};  // for another process's write to end
    std::int64_t pages = 0;      // that the file may have, 4 KiB each; 0: as many as the disk holds
    bool waits_for_disk = true;  // false: a machine that loses its power may lose the last commits
};

/// Opens `file`, or creates it (0600, in a folder that is 0700), and runs the migrations that it has not
/// seen: the first one takes an empty file to version 1. WAL, every commit on the disk before it returns (but
/// for `waits_for_disk`), foreign keys checked, deleted bytes overwritten. `file` is an absolute path;
/// ":memory:" is a database of its own that lives as long as the connection.
Result<std::unique_ptr<SQLite::Database>> open(const std::filesystem::path& file,
                                               std::span<const std::string_view> migrations,
                                               const Limits& limits);

/// Errc::storage with a sentence of ours; SQLite's own text, which may quote a statement, stays out of it.
Error failure(const SQLite::Exception& thrown);
/// What is wrong, with advice in a clause: without a full stop and without what it means for a call.
std::string sentence_of(const SQLite::Exception& thrown);
/// A row that is not what was written.
Error damaged(std::string_view what);
/// A table or index ("table tokens") that the migrations made, and that is gone.
Error lacking(std::string_view what);

/// BEGIN IMMEDIATE now, or as it says; ROLLBACK at the end of the scope if no one said commit().
class Transaction {
public:
    explicit Transaction(SQLite::Database& database, const char* begin = "BEGIN IMMEDIATE")
        : database_(database) {
        database_.exec(begin);
    }
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit() { database_.exec("COMMIT"); }

private:
    SQLite::Database& database_;
};

/// Runs `work`, which returns a Result, with SQLite's exceptions turned into errors: what `say` makes of
/// them.
template <class Work>
std::invoke_result_t<Work> read(Work&& work, Error (*say)(const SQLite::Exception&) = failure) {
    try {
        return work();
    } catch (const SQLite::Exception& thrown) {
        return say(thrown);
    }
}

/// The same in one transaction: committed if `work` succeeds, and as if it never ran if it does not.
template <class Work>
std::invoke_result_t<Work> write(SQLite::Database& database, Work&& work) {
    return read([&]() -> std::invoke_result_t<Work> {
        Transaction transaction(database);
        auto done = work();
        if (done) transaction.commit();
        return done;
    });
}

/// The same for work that only reads: all of it sees one moment, and holds no writer up.
template <class Work>
std::invoke_result_t<Work> snapshot(SQLite::Database& database, Work&& work) {
    return read([&]() -> std::invoke_result_t<Work> {
        const Transaction transaction(database, "BEGIN");
        return work();
    });
}

/// The statements of one connection, each prepared once: to parse one costs more than most take to run.
class Statements {
public:
    /// One that is in use, by no one else. When this ends it is as if it had just been prepared.
    class Lent {
    public:
        Lent(Statements& from, const char* sql) : from_(from), node_(from.take(sql)) {}
        ~Lent() { from_.take_back(std::move(node_)); }
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;

        operator SQLite::Statement&() { return node_.mapped(); }  // as bind(), first() and all() want it
        template <class... Values>
        void bind(int at, const Values&... values) {
            node_.mapped().bind(at, values...);
        }
        // NOLINTBEGIN(readability-identifier-naming): as SQLite::Statement names them
        bool executeStep() { return node_.mapped().executeStep(); }
        int exec() { return node_.mapped().exec(); }
        void reset() { node_.mapped().reset(); }
        SQLite::Column getColumn(int at) { return node_.mapped().getColumn(at); }
        bool isColumnNull(int at) { return node_.mapped().isColumnNull(at); }
        // NOLINTEND(readability-identifier-naming)

    private:
        Statements& from_;
        std::map<std::string, SQLite::Statement, std::less<>>::node_type node_;
    };

    /// `database` must outlive it.
    explicit Statements(SQLite::Database& database) : database_(&database) {}

    Lent lend(const char* sql) { return {*this, sql}; }

private:
    using Idle = std::map<std::string, SQLite::Statement, std::less<>>;
    Idle::node_type take(std::string_view sql);
    void take_back(Idle::node_type node) noexcept;

    SQLite::Database* database_;
    Idle idle_;  // by their text
};

/// Pieces of work that share one transaction, and so one wait for the disk: begun by the first that writes.
/// One that fails leaves nothing of itself, and the others stay. If the transaction itself is lost (SQLite
/// ends it on a full disk, or it cannot be begun or committed) nothing of any of them is there, and those
/// that follow are told so at once.
class Group {
public:
    Group(SQLite::Database& database, Statements& statements)
        : database_(database), statements_(statements) {}
    ~Group();
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

    template <class Work>
    std::invoke_result_t<Work> write(Work&& work) {
        if (lost_) return *lost_;
        if (auto begun = begin_piece(); !begun) return begun.error();
        auto done = read(work);
        std::optional<Error> why;
        if (!done) why = done.error();
        if (auto ended = end_piece(why); !ended) return ended.error();
        return done;
    }
    /// Something was written that no commit has kept yet.
    bool is_open() const { return open_; }
    /// Errc::storage: nothing is there of what was written since it was begun.
    Result<void> commit();

private:
    Result<void> begin_piece();
    /// `why`: it is undone.
    Result<void> end_piece(const std::optional<Error>& why);
    Error lose(Error why);
    void run(const char* sql) { statements_.lend(sql).exec(); }

    SQLite::Database& database_;
    Statements& statements_;
    bool open_ = false;
    bool nested_ = false;  // the piece at work is not the first: it can be undone alone
    std::optional<Error> lost_ = {};
};

/// The first row, and all rows, as `read_row` makes a Result of each; the first that cannot be read is the
/// error.
template <class ReadRow>
auto first(SQLite::Statement& row, ReadRow read_row) {
    using Row = typename std::invoke_result_t<ReadRow, SQLite::Statement&>::value_type;
    using Found = Result<std::optional<Row>>;
    if (!row.executeStep()) return Found(std::optional<Row>{});
    auto found = read_row(row);
    return found ? Found(std::optional(std::move(*found))) : Found(found.error());
}

template <class ReadRow>
auto all(SQLite::Statement& rows, ReadRow read_row) {
    using Row = typename std::invoke_result_t<ReadRow, SQLite::Statement&>::value_type;
    std::vector<Row> found;
    while (rows.executeStep()) {
        auto row = read_row(rows);
        if (!row) return Result<std::vector<Row>>(row.error());
        found.push_back(std::move(*row));
    }
    return Result<std::vector<Row>>(std::move(found));
}

/// Times are stored as milliseconds since 1970.
inline std::int64_t stored(policy::Time time) { return time.time_since_epoch().count(); }
inline policy::Time read_time(const SQLite::Column& column) {
    return policy::Time{policy::Duration{column.getInt64()}};
}
inline std::optional<policy::Time> read_time_or_none(const SQLite::Column& column) {
    return column.isNull() ? std::nullopt : std::optional(read_time(column));
}

}  // namespace tfy::storage::sqlite
