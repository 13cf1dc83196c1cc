// One table, in the order in which tokens were created.
#include "server/storage/token_store.hpp"

#include <array>
#include <deque>

#include "server/storage/commit_stamp.hpp"
#include "server/storage/sqlite.hpp"

namespace tfy::storage {
namespace {

using sandbox::StoredToken;

constexpr std::string_view store_version_1 = R"sql(
CREATE TABLE tokens (
    number       INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    type         TEXT NOT NULL,
    team         TEXT NOT NULL,
    account      TEXT NOT NULL,
    jwt_id       TEXT NOT NULL,
    value_sha256 TEXT NOT NULL,
    owner        TEXT NOT NULL,
    created      INTEGER NOT NULL,
    expires      INTEGER,
    last_used    INTEGER
) STRICT;
)sql";

// One row: how this sandbox began is settled. One that has tokens already has begun.
constexpr std::string_view store_version_2 = R"sql(
CREATE TABLE beginning (settled INTEGER NOT NULL) STRICT;
INSERT INTO beginning SELECT 1 WHERE EXISTS (SELECT 1 FROM tokens);
)sql";

constexpr std::array store_migrations = {store_version_1, store_version_2};

void bind_maybe(SQLite::Statement& row, int index, const std::optional<policy::Time>& time) {
    if (time) row.bind(index, sqlite::stored(*time));  // unbound is NULL
}

StoredToken read_token(SQLite::Statement& row) {
    return {.id = row.getColumn(0).getString(),
            .name = row.getColumn(1).getString(),
            .type = row.getColumn(2).getString(),
            .team = row.getColumn(3).getString(),
            .account = row.getColumn(4).getString(),
            .jwt_id = row.getColumn(5).getString(),
            .value_sha256 = row.getColumn(6).getString(),
            .owner = row.getColumn(7).getString(),
            .created = sqlite::read_time(row.getColumn(8)),
            .expires = sqlite::read_time_or_none(row.getColumn(9)),
            .last_used = sqlite::read_time_or_none(row.getColumn(10))};
}

class SqliteShelf final : public sandbox::TokenStore {
public:
    explicit SqliteShelf(std::unique_ptr<SQLite::Database> database)
        : database_(std::move(database)), stamps_(*database_) {}

    // Read again only if any process has committed since: the stamp is taken before the rows are read.
    Result<Tokens> all() override {
        const auto stamp = stamps_.last();
        if (known_ && stamp && stamp == read_at_) return known_;
        auto tokens = read_all();
        if (!tokens) return tokens.error();
        known_ = std::move(*tokens);
        read_at_ = stamp;
        return known_;
    }

    // If nothing else was committed since all were read, they are those and this one.
    Result<void> insert(const StoredToken& token) override {
        std::optional<CommitStamp> before;
        auto inserted = sqlite::write(*database_, [&] {
            before = stamps_.last();
            return add(token);
        });
        const auto after = stamps_.last();
        if (inserted && known_ && before && after && before == read_at_ && follows(*after, *before)) {
            known_->push_back(token);
            read_at_ = after;
        }
        return inserted;
    }

    /// `first` and the mark that it was added, or nothing of it.
    Result<void> begin_with(const std::vector<StoredToken>& first) {
        return sqlite::write(*database_, [&]() -> Result<void> {
            if (database_->execAndGet("SELECT count(*) FROM beginning").getInt() > 0) return {};
            for (const auto& token : first)
                if (auto added = add(token); !added) return added;
            database_->exec("INSERT INTO beginning VALUES (1)");
            return {};
        });
    }

    Result<void> remove(const std::string& id) override {
        return change("DELETE FROM tokens WHERE id = ?", [&](SQLite::Statement& row) { row.bind(1, id); });
    }

    Result<void> touch(const std::string& id, policy::Time last_used) override {
        return change("UPDATE tokens SET last_used = ? WHERE id = ?",
                      [&](SQLite::Statement& row) { SQLite::bind(row, sqlite::stored(last_used), id); });
    }

private:
    using Growing = std::shared_ptr<std::deque<StoredToken>>;

    Result<Growing> read_all() {
        return sqlite::read([&]() -> Result<Growing> {
            SQLite::Statement rows(*database_,
                                   "SELECT id, name, type, team, account, jwt_id, value_sha256, owner, "
                                   "created, expires, last_used "
                                   "FROM tokens ORDER BY number");
            auto tokens = std::make_shared<std::deque<StoredToken>>();
            while (rows.executeStep()) tokens->push_back(read_token(rows));
            return tokens;
        });
    }

    Result<void> add(const StoredToken& token) {
        auto row = statements_.lend(
            "INSERT INTO tokens (id, name, type, team, account, jwt_id, value_sha256, owner, created, "
            "expires, last_used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        SQLite::bind(row, token.id, token.name, token.type, token.team, token.account, token.jwt_id,
                     token.value_sha256, token.owner, sqlite::stored(token.created));
        bind_maybe(row, 10, token.expires);
        bind_maybe(row, 11, token.last_used);
        if (row.exec() == 1) return {};
        return Error{Errc::conflict, "The sandbox has a token with this id already; nothing was changed."};
    }

    template <class Bind>
    Result<void> change(const char* sql, Bind&& bind) {
        return sqlite::write(*database_, [&]() -> Result<void> {
            SQLite::Statement row(*database_, sql);
            bind(row);
            if (row.exec() == 1) return {};
            return Error{Errc::not_found, "The sandbox has no token with this id; nothing was changed."};
        });
    }

    std::unique_ptr<SQLite::Database> database_;
    sqlite::Statements statements_{*database_};
    CommitStamps stamps_;
    Growing known_ = {};
    std::optional<CommitStamp> read_at_ = {};
};

}  // namespace

Result<std::unique_ptr<sandbox::TokenStore>> open_sqlite_token_store(const std::filesystem::path& file,
                                                                     const std::vector<StoredToken>& first) {
    auto database = sqlite::open(file, store_migrations, {.waits_for_disk = false});
    if (!database) return database.error();
    auto token_store = std::make_unique<SqliteShelf>(std::move(*database));
    if (auto begun = token_store->begin_with(first); !begun) return begun.error();
    return std::unique_ptr<sandbox::TokenStore>(std::move(token_store));
}

}  // namespace tfy::storage
