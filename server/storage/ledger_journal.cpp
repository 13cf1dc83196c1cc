// The journal: each record is chained to the one before it, in the transaction of the change that it tells
// of.
#include <algorithm>

#include "protocol/parse.hpp"
#include "server/storage/ledger_impl.hpp"
#include "tools/own_command.hpp"

namespace tfy::storage {
namespace {

RecordRow record_row(SQLite::Statement& row) {
    return {.sequence = row.getColumn(0).getInt64(),
            .at = row.getColumn(1).getInt64(),
            .kind = row.getColumn(2).getString(),
            .approval_id = row.getColumn(3).getString(),
            .body = row.getColumn(4).getString(),
            .previous = row.getColumn(5).getString(),
            .hash = row.getColumn(6).getString()};
}

Result<journal::JournalRecord> read_record(const RecordRow& row) {
    auto body = protocol::parse(row.body);
    if (!body) return sqlite::damaged("a journal record (" + std::to_string(row.sequence) + ")");
    journal::JournalRecord record;
    record.sequence = row.sequence;
    record.at = policy::Time{policy::Duration{row.at}};
    record.kind = row.kind;
    record.approval_id = row.approval_id;
    record.body = std::move(*body);
    record.previous = row.previous;
    record.hash = row.hash;
    return record;
}

Result<std::optional<journal::JournalRecord>> last_record(sqlite::Statements& statements) {
    auto row = statements.lend(
        "SELECT sequence, at, kind, approval_id, body, previous, hash FROM journal ORDER BY sequence DESC "
        "LIMIT 1");
    if (!row.executeStep()) return std::optional<journal::JournalRecord>{};
    auto record = read_record(record_row(row));
    if (!record) return record.error();
    return std::optional(std::move(*record));
}

/// What is wrong with it, or with its place in the chain.
std::optional<std::string> wrong_link(const journal::JournalRecord& record) {
    journal::JournalRecord before;
    before.sequence = record.sequence - 1;
    before.hash = record.previous;
    return journal::broken({record}, &before);
}

/// How many rows at the beginning are the same.
std::size_t same_rows(const std::vector<RecordRow>& some, const std::vector<RecordRow>& others) {
    return static_cast<std::size_t>(std::ranges::mismatch(some, others).in1 - some.begin());
}

}  // namespace

Result<void> Ledger::Impl::append(const journal::JournalEntry& entry) {
    auto body = protocol::parse(entry.body.text());
    if (!body)
        return Error{
            Errc::storage,
            "The journal record of this step is not JSON, so the step was not taken. Nothing was run."};
    return append(entry.at, entry.kind, entry.approval_id, std::move(*body));
}

Result<void> Ledger::Impl::append(policy::Time at, std::string kind, std::string approval_id, Json body) {
    auto* known = own_commits.now();
    Result<std::optional<journal::JournalRecord>> last = known ? known->last : std::nullopt;
    if (!*last) last = last_record(statements);
    if (!last) return last.error();
    auto next = journal::follow(*last ? &**last : nullptr, at, std::move(kind), std::move(approval_id),
                                std::move(body));
    run("INSERT INTO journal (sequence, at, kind, approval_id, body, previous, hash) VALUES (?, ?, ?, ?, ?, "
        "?, ?)",
        next.sequence, sqlite::stored(next.at), next.kind, next.approval_id, next.body.dump(), next.previous,
        next.hash);
    if (auto moved = move_head(*last ? &**last : nullptr, next); !moved) return moved;
    const bool of_people = next.kind.starts_with("person_");
    if (of_people) ++gone_with;  // who may decide on what is open has changed, too
    if (known != nullptr) {
        if (of_people) known->people = false;
        next.body = {};
        known->last = std::move(next);
    }
    return {};
}

// Last and head are of one moment: another process may write meanwhile.
Result<JournalEnd> Ledger::journal_end() {
    return impl_->write([&]() -> Result<JournalEnd> {
        const auto last = last_record(impl_->statements);
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
        auto record = read_record(record_row(rows));
        if (!record) return record.error();
        records.push_back(std::move(*record));
    }
    return records;
}

// All of the chain is too long to be read each time: `audit verify` does that. A row that is byte for byte
// what it was when its record was checked is not parsed and hashed again; all else is as if it were.
Result<PeopleInJournal> Ledger::Impl::people_in_journal() {
    auto* known = group && group->is_open() ? own_commits.now() : nullptr;
    if (known != nullptr && known->people) return read_people.people;
    const auto unsound = [](const std::string& why) {
        return Error{Errc::storage,
                     "The journal's records of people cannot be believed: " + why +
                         ". Nothing was done. Keep the state directory as evidence. Check the journal: " +
                         tools::own_command("audit verify")};
    };
    auto found = prepare(
        "SELECT one.sequence, one.at, one.kind, one.approval_id, one.body, one.previous, one.hash, "
        "next.previous FROM journal AS one LEFT JOIN journal AS next ON next.sequence = one.sequence + 1 "
        "WHERE one.kind GLOB 'person_*' ORDER BY one.sequence");
    std::vector<RecordRow> rows;
    while (found.executeStep()) {
        rows.push_back(record_row(found));
        const auto& row = rows.back();
        if (!found.isColumnNull(7) && found.getColumn(7).getString() != row.hash)
            return unsound("record " + std::to_string(row.sequence + 1) +
                           " does not follow from the one before it");
    }
    if (same_rows(read_people.rows, rows) < read_people.rows.size()) read_people = {};
    for (auto i = read_people.rows.size(); i < rows.size(); ++i) {
        const auto record = read_record(rows[i]);
        if (!record) return record.error();
        if (const auto wrong = wrong_link(*record)) return unsound(*wrong);
        read_people.people.take(*record);
        read_people.rows.push_back(std::move(rows[i]));
    }
    const auto last = last_record(statements);
    if (!last) return last.error();
    const auto end = journal_end(*last ? &**last : nullptr);
    if (!end) return end.error();
    if (end->wrong) return unsound(*end->wrong);
    if (known != nullptr) known->people = true;
    return read_people.people;
}

Result<std::vector<journal::JournalRecord>> Ledger::journal(std::int64_t first_sequence, std::size_t limit) {
    return sqlite::read([&] { return impl_->journal(first_sequence, limit); });
}

}  // namespace tfy::storage
