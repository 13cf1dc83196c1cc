#include "server/storage/reader.hpp"

#include "server/storage/caller_key_rows.hpp"
#include "server/storage/key_files.hpp"
#include "server/storage/packed_windows.hpp"
#include "server/storage/private_files.hpp"
#include "server/storage/reading_connection.hpp"
#include "server/storage/sqlite.hpp"

namespace tfy::storage {
namespace {

using redaction::TokenFingerprints;

Error unreadable(std::string cause) { return {Errc::storage, std::move(cause)}; }

Error in_a_clause(const SQLite::Exception& thrown) { return unreadable(sqlite::sentence_of(thrown)); }

/// Whether the state directory of `ledger` knows its tokens by `key`.
bool has_key(const std::filesystem::path& ledger, const redaction::FingerprintKey& key) {
    const auto file = ledger.parent_path() / "keys" / "fingerprint.key";
    if (!is_there(file)) return false;
    const auto bytes = load_or_create_key(file);
    return bytes && *bytes == key.bytes();
}

}  // namespace

struct Reader::Connection : ReadingConnection {
    using ReadingConnection::ReadingConnection;

    SQLite::Statement rows{database,
                           "SELECT number, name, windows FROM tokens WHERE number > ? ORDER BY number"};
    std::optional<CommitStamp> seen = {};
    std::int64_t last = 0;  // number of the last token that was given out
};

Reader::Reader(std::filesystem::path ledger) : ledger_(std::move(ledger)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader>> Reader::open(const std::filesystem::path& ledger) {
    std::error_code ignored;
    std::unique_ptr<Reader> reader(new Reader(std::filesystem::absolute(ledger, ignored)));
    if (auto followed = reader->follow_file(); !followed) return followed.error();
    return reader;
}

Result<void> Reader::follow_file() {
    const auto id = file_to_read(ledger_);
    if (!id) return id.error();
    if (connection_ && connection_->id == *id) return {};
    connection_.reset();
    if (key_ && !has_key(ledger_, *key_))
        return unreadable("Another state directory was put in the place of " +
                          ledger_.parent_path().string() +
                          ", which knows its tokens by another key: restart this server");
    const auto connect = [&]() -> Result<void> {
        connection_ = std::make_unique<Connection>(ledger_, *id);
        return {};
    };
    return sqlite::read(connect, in_a_clause);
}

// The stamp is taken before the rows are read: what is committed meanwhile is seen at the next look.
template <class Read>
auto Reader::if_changed(Read read) -> Result<std::optional<typename std::invoke_result_t<Read>::value_type>> {
    using Found = std::optional<typename std::invoke_result_t<Read>::value_type>;
    if (auto followed = follow_file(); !followed) return followed.error();
    const auto stamp = connection_->stamp();
    if (stamp && stamp == connection_->seen) return Found{};
    auto fresh = sqlite::read(read, in_a_clause);
    if (!fresh) return fresh.error();
    connection_->seen = stamp;
    return Found(std::move(*fresh));
}

Result<std::vector<TokenFingerprints>> Reader::new_tokens() {
    auto fresh = if_changed([this] { return read_on(); });
    if (connection_)
        connection_->rows.tryReset();  // a read that is left open would keep the log from being cut
    if (!fresh) return fresh.error();
    return *fresh ? std::move(**fresh) : std::vector<TokenFingerprints>{};
}

Result<std::optional<std::vector<CallerKey>>> Reader::changed_caller_keys() {
    return if_changed([this] {
        SQLite::Statement rows(connection_->database, all_caller_keys);
        return sqlite::all(rows, read_caller_key);
    });
}

Result<std::vector<TokenFingerprints>> Reader::read_on() {
    auto& rows = connection_->rows;
    auto last = connection_->last;
    std::vector<TokenFingerprints> tokens;
    rows.bind(1, last);
    while (rows.executeStep()) {
        auto windows = unpack_windows(rows.getColumn(2).getString());
        if (!windows) return unreadable("The state database holds a token's fingerprints that are damaged");
        tokens.push_back({rows.getColumn(1).getString(), std::move(*windows)});
        last = rows.getColumn(0).getInt64();
    }
    connection_->last = last;
    return tokens;
}

}  // namespace tfy::storage
