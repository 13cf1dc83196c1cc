// The journal: each record is chained to the one before it, in the transaction of the change that it tells
// of.
#include "protocol/parse.hpp"
#include "server/storage/ledger_impl.hpp"
#include "tools/own_command.hpp"

namespace tfy::storage {
namespace {

Result<journal::JournalRecord> read_record(SQLite::Statement& row) {
    auto body = protocol::parse(row.getColumn(4).getString());
    if (!body)
        return sqlite::damaged("a journal record (" + std::to_string(row.getColumn(0).getInt64()) + ")");
    journal::JournalRecord record;
    record.sequence = row.getColumn(0).getInt64();
    record.at = sqlite::read_time(row.getColumn(1));
    record.kind = row.getColumn(2).getString();
    record.approval_id = row.getColumn(3).getString();
    record.body = std::move(*body);
    record.previous = row.getColumn(5).getString();
    record.hash = row.getColumn(6).getString();
    return record;
}

Result<std::optional<journal::JournalRecord>> last_record(SQLite::Database& database) {
    SQLite::Statement row(database,
                          "SELECT sequence, at, kind, approval_id, body, previous, hash FROM journal ORDER "
                          "BY sequence DESC LIMIT 1");
    if (!row.executeStep()) return std::optional<journal::JournalRecord>{};
    auto record = read_record(row);
    if (!record) return record.error();
    return std::optional(std::move(*record));
}

// Whether it is as it was written, and the record behind it follows from it.
std::optional<std::string> wrong_link(const journal::JournalRecord& record,
                                      const std::optional<std::string>& next_previous) {
    journal::JournalRecord before;
    before.sequence = record.sequence - 1;
    before.hash = record.previous;
    if (auto wrong = journal::broken({record}, &before)) return wrong;
    if (!next_previous || *next_previous == record.hash) return std::nullopt;
    return "record " + std::to_string(record.sequence + 1) + " does not follow from the one before it";
}

}  // namespace

Result<void> Ledger::Impl::append(const journal::JournalEntry& entry) {
    auto body = protocol::parse(entry.body.text());
    if (!body)
        return Error{
            Errc::storage,
            "The journal record of this step is not JSON, so the step was not taken; nothing was run."};
    return append(entry.at, entry.kind, entry.approval_id, std::move(*body));
}

Result<void> Ledger::Impl::append(policy::Time at, std::string kind, std::string approval_id, Json body) {
    auto last = last_record(*database);
    if (!last) return last.error();
    const auto next = journal::follow(*last ? &**last : nullptr, at, std::move(kind), std::move(approval_id),
                                      std::move(body));
    run("INSERT INTO journal (sequence, at, kind, approval_id, body, previous, hash) VALUES (?, ?, ?, ?, ?, "
        "?, ?)",
        next.sequence, sqlite::stored(next.at), next.kind, next.approval_id, next.body.dump(), next.previous,
        next.hash);
    return move_head(*last ? &**last : nullptr, next);
}

// Last and head are of one moment: another process may write meanwhile.
Result<JournalEnd> Ledger::journal_end() {
    return impl_->write([&]() -> Result<JournalEnd> {
        const auto last = last_record(*impl_->database);
        if (!last) return last.error();
        return impl_->journal_end(*last ? &**last : nullptr);
    });
}

Result<void> Ledger::append(const journal::JournalEntry& entry, const std::function<Result<void>()>& deed) {
    return impl_->write([&]() -> Result<void> {
        if (auto written = impl_->append(entry); !written || !deed) return written;
        return deed();
    });
}

Result<std::vector<journal::JournalRecord>> Ledger::Impl::journal(std::int64_t first_sequence,
                                                                  std::size_t limit) {
    auto rows = prepare(
        "SELECT sequence, at, kind, approval_id, body, previous, hash FROM journal WHERE sequence >= ? "
        "ORDER BY sequence LIMIT ?");
    SQLite::bind(rows, first_sequence, static_cast<std::int64_t>(limit));
    std::vector<journal::JournalRecord> records;
    while (rows.executeStep()) {
        auto record = read_record(rows);
        if (!record) return record.error();
        records.push_back(std::move(*record));
    }
    return records;
}

// All of the chain is too long to be read each time: `audit verify` does that.
Result<std::vector<journal::JournalRecord>> Ledger::Impl::journal_of_people() {
    const auto unsound = [](const std::string& why) {
        return Error{Errc::storage,
                     "The journal's records of people cannot be believed: " + why +
                         ". Nothing was done. Keep the state directory as evidence. Check the journal: " +
                         tools::own_command("audit verify")};
    };
    auto rows = prepare(
        "SELECT one.sequence, one.at, one.kind, one.approval_id, one.body, one.previous, one.hash, "
        "next.previous FROM journal AS one LEFT JOIN journal AS next ON next.sequence = one.sequence + 1 "
        "WHERE one.kind GLOB 'person_*' ORDER BY one.sequence");
    std::vector<journal::JournalRecord> records;
    while (rows.executeStep()) {
        auto record = read_record(rows);
        if (!record) return record.error();
        const auto next = rows.isColumnNull(7) ? std::nullopt : std::optional(rows.getColumn(7).getString());
        if (const auto wrong = wrong_link(*record, next)) return unsound(*wrong);
        records.push_back(std::move(*record));
    }
    const auto last = last_record(*database);
    if (!last) return last.error();
    const auto end = journal_end(*last ? &**last : nullptr);
    if (!end) return end.error();
    if (end->wrong) return unsound(*end->wrong);
    return records;
}

Result<std::vector<journal::JournalRecord>> Ledger::journal(std::int64_t first_sequence, std::size_t limit) {
    return sqlite::read([&] { return impl_->journal(first_sequence, limit); });
}

}  // namespace tfy::storage
