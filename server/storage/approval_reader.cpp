#include "server/storage/approval_reader.hpp"

#include <algorithm>

#include "server/storage/reading_connection.hpp"
#include "server/storage/sqlite.hpp"

namespace tfy::storage {

struct ApprovalReader::Connection : ReadingConnection {
    using ReadingConnection::ReadingConnection;
};

ApprovalReader::ApprovalReader(std::filesystem::path ledger) : ledger_(std::move(ledger)) {}
ApprovalReader::~ApprovalReader() = default;

Result<std::unique_ptr<ApprovalReader>> ApprovalReader::open(const std::filesystem::path& ledger) {
    std::error_code ignored;
    std::unique_ptr<ApprovalReader> reader(new ApprovalReader(std::filesystem::absolute(ledger, ignored)));
    if (auto followed = follow_file(reader->ledger_, reader->connection_); !followed) return followed.error();
    return reader;
}

Result<ApprovalCounts> ApprovalReader::counts(policy::Time now, std::int64_t behind) {
    if (auto followed = follow_file(ledger_, connection_); !followed) return followed.error();
    return sqlite::read([&]() -> Result<ApprovalCounts> {
        ApprovalCounts counts{.last_record = behind};
        SQLite::Statement open(
            connection_->database,
            "SELECT state, count(*), min(created) FROM approvals WHERE state IN ('pending', 'approved', "
            "'executing') AND (state = 'executing' OR expires > ?) GROUP BY state");
        SQLite::bind(open, sqlite::stored(now));
        while (open.executeStep()) {
            const auto state = open.getColumn(0).getString();
            counts.open[state] = static_cast<std::uint64_t>(open.getColumn(1).getInt64());
            if (state == "pending") counts.oldest_pending = sqlite::read_time(open.getColumn(2));
        }
        SQLite::Statement kinds(
            connection_->database,
            "SELECT kind, count(*), max(sequence) FROM journal WHERE sequence > ? GROUP BY kind");
        SQLite::bind(kinds, behind);
        while (kinds.executeStep()) {
            counts.journalled[kinds.getColumn(0).getString()] =
                static_cast<std::uint64_t>(kinds.getColumn(1).getInt64());
            counts.last_record = std::max(counts.last_record, kinds.getColumn(2).getInt64());
        }
        return counts;
    });
}

Result<std::int64_t> ApprovalReader::last_record() {
    if (auto followed = follow_file(ledger_, connection_); !followed) return followed.error();
    return sqlite::read([&]() -> Result<std::int64_t> {
        SQLite::Statement last(connection_->database, "SELECT coalesce(max(sequence), 0) FROM journal");
        last.executeStep();
        return last.getColumn(0).getInt64();
    });
}

}  // namespace tfy::storage
