#include "server/storage/access_token_reader.hpp"

#include <map>

#include "server/storage/reading_connection.hpp"
#include "server/storage/sqlite.hpp"

namespace tfy::storage {
namespace {

constexpr std::size_t most_kept = 1000;

}  // namespace

struct AccessTokenReader::Connection : ReadingConnection {
    using ReadingConnection::ReadingConnection;

    SQLite::Statement by_hash{
        database,
        "SELECT g.client_id, g.person, t.may_request, t.until, g.client_name, coalesce(c.kind = 'listed', 0) "
        "FROM oauth_tokens AS t JOIN oauth_grants AS g ON g.id = t.grant_id LEFT JOIN oauth_clients AS c ON "
        "c.id = g.client_id WHERE t.hash = ? AND t.refreshes = 0 AND g.revoked IS NULL"};
    std::optional<CommitStamp> seen = {};
    std::map<std::string, IssuedToken> found = {};  // by hash, as of `seen`
};

AccessTokenReader::AccessTokenReader(std::filesystem::path ledger) : ledger_(std::move(ledger)) {}
AccessTokenReader::~AccessTokenReader() = default;

Result<std::unique_ptr<AccessTokenReader>> AccessTokenReader::open(const std::filesystem::path& ledger) {
    std::error_code ignored;
    std::unique_ptr<AccessTokenReader> reader(
        new AccessTokenReader(std::filesystem::absolute(ledger, ignored)));
    if (auto followed = follow_file(reader->ledger_, reader->connection_); !followed) return followed.error();
    return reader;
}

Result<std::optional<IssuedToken>> AccessTokenReader::find(const std::string& hash) {
    if (auto followed = follow_file(ledger_, connection_); !followed) return followed.error();
    const auto stamp = connection_->stamp();
    if (!stamp || stamp != connection_->seen) connection_->found.clear();
    connection_->seen = stamp;
    if (const auto known = connection_->found.find(hash); known != connection_->found.end())
        return std::optional(known->second);
    auto found = sqlite::read([&]() -> Result<std::optional<IssuedToken>> {
        auto& row = connection_->by_hash;
        row.bind(1, hash);
        if (!row.executeStep()) return std::optional<IssuedToken>{};
        return std::optional(IssuedToken{.client_id = row.getColumn(0).getString(),
                                         .person = row.getColumn(1).getString(),
                                         .client_name = row.getColumn(4).getString(),
                                         .listed = row.getColumn(5).getInt() == 1,
                                         .may_request = row.getColumn(2).getInt() == 1,
                                         .until = sqlite::read_time(row.getColumn(3))});
    });
    connection_->by_hash.tryReset();  // a read that is left open would keep the log from being cut
    if (found && *found && stamp && connection_->found.size() < most_kept)
        connection_->found.emplace(hash, **found);
    return found;
}

}  // namespace tfy::storage
