// The journal's head: it moves with each record, in the record's own transaction, and only from where it
// stood.
#include "server/storage/key_files.hpp"
#include "server/storage/ledger_impl.hpp"
#include "server/storage/private_files.hpp"
#include "tools/own_command.hpp"

namespace tfy::storage {
namespace {

using journal::JournalHead;
using journal::JournalKey;
using journal::JournalRecord;

std::optional<JournalHead> stored_head(sqlite::Statements& statements) {
    auto row = statements.lend("SELECT sequence, hash, since, mac FROM journal_head");
    if (!row.executeStep()) return std::nullopt;
    return JournalHead{.sequence = row.getColumn(0).getInt64(),
                       .hash = row.getColumn(1).getString(),
                       .since = row.getColumn(2).getInt64(),
                       .mac = row.getColumn(3).getString()};
}

/// Its name until the first record is committed: a key without a head is what a lost journal leaves.
std::filesystem::path draft_of(const std::filesystem::path& key) { return key.string() + ".new"; }

/// A database in memory ends with its connection, and so does what guards it.
Result<JournalKey> key_of(const std::filesystem::path& file, std::optional<JournalKey>& known) {
    if (!known && !file.empty()) {
        auto bytes = load_or_create_key(is_there(file) ? file : draft_of(file));
        if (!bytes) return bytes.error();
        known = JournalKey{*bytes};
    }
    return known.value_or(JournalKey{});
}

/// There is none for a database in memory, and none is missing there.
bool is_missing(const std::filesystem::path& file, const std::optional<JournalKey>& known) {
    return !known && !file.empty() && !is_there(file) && !is_there(draft_of(file));
}

Error no_further(const std::string& wrong) {
    return {Errc::storage, "The journal does not end as it was written: " + wrong +
                               ". Nothing was run. Keep the state directory as evidence, and start with "
                               "another --state-dir. Check the journal: " +
                               tools::own_command("audit verify")};
}

/// `audit verify` could say no more.
Error without_key(const std::string& wrong) {
    return {Errc::storage,
            "The journal cannot be gone on with: " + wrong +
                ". Nothing was run. Restore the whole state directory from a backup. If no one "
                "here removed the key, keep the state directory as evidence, and start with "
                "another --state-dir."};
}

}  // namespace

Result<JournalEnd> Ledger::Impl::journal_end(const JournalRecord* last) {
    const auto head = stored_head(statements);
    if (head && is_missing(key_file, journal_key))
        return JournalEnd{head->since, "the key of its head, " + key_file.string() + ", is gone"};
    if (!head && !key_file.empty() && is_there(key_file))
        return JournalEnd{0, "it has no head, though the key for one is there: the head was taken away"};
    if (!head) return JournalEnd{};
    const auto key = key_of(key_file, journal_key);
    if (!key) return key.error();
    return JournalEnd{head->since, journal::wrong_end(*head, last, *key)};
}

// The request that is being written now is one.
bool Ledger::Impl::has_a_past() {
    return database->execAndGet("SELECT count(*) FROM approvals").getInt64() > 1;
}

// A journal from before there were heads gets one here, and so does one whose head and key were both taken
// away; `since` tells.
Result<void> Ledger::Impl::move_head(const JournalRecord* before, const JournalRecord& last) {
    auto* known = own_commits.now();
    const bool is_known = known != nullptr && known->head;
    const auto head = is_known ? known->head : stored_head(statements);
    const bool guarded = is_known ? false : head || (!key_file.empty() && is_there(key_file));
    if (guarded && !begins_anew) {
        const auto end = journal_end(before);
        if (!end) return end.error();
        if (end->wrong)
            return is_missing(key_file, journal_key) ? without_key(*end->wrong) : no_further(*end->wrong);
    }
    if (!head && before == nullptr && has_a_past()) return no_further("it is empty, and there were requests");
    const auto key = key_of(key_file, journal_key);
    if (!key) return key.error();
    const auto next = journal::head_at(last, head ? head->since : last.sequence, *key);
    run("INSERT OR REPLACE INTO journal_head (one, sequence, hash, since, mac) VALUES (1, ?, ?, ?, ?)",
        next.sequence, next.hash, next.since, next.mac);
    if (known != nullptr) known->head = next;
    return {};
}

// Another process may have been quicker.
void Ledger::Impl::settle_key() {
    if (key_is_settled || key_file.empty() || !journal_key) return;
    std::error_code gone;
    std::filesystem::rename(draft_of(key_file), key_file, gone);
    key_is_settled = is_there(key_file);
}

Result<bool> Ledger::Impl::is_lost() {
    if (key_file.empty() || !is_there(key_file)) return false;
    return sqlite::read([&]() -> Result<bool> {
        return database
                   ->execAndGet(
                       "SELECT (SELECT count(*) FROM (SELECT 1 FROM journal LIMIT 1)) + "
                       "(SELECT count(*) FROM journal_head)")
                   .getInt64() == 0;
    });
}

}  // namespace tfy::storage
