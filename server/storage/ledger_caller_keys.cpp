// Keys of callers: one process makes and revokes them, others let callers in by them.
#include "server/storage/caller_key_rows.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {

Result<void> Ledger::add_caller_key(const CallerKey& key, const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        auto row = impl_->prepare(
            "INSERT INTO caller_keys (id, hash, person, label, may_request, created, until) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)");
        SQLite::bind(row, key.id, key.hash, key.person, key.label, key.may_request ? 1 : 0,
                     sqlite::stored(key.created), sqlite::stored(key.until));
        row.exec();
        return impl_->append(entry);
    });
}

Result<std::optional<CallerKey>> Ledger::revoke_caller_key(const std::string& id, policy::Time at,
                                                           const JournalCallerKey& record) {
    return impl_->write([&]() -> Result<std::optional<CallerKey>> {
        auto row = impl_->prepare(caller_key_by_id);
        row.bind(1, id);
        auto found = sqlite::first(row, read_caller_key);
        if (!found || !*found || (*found)->revoked) return found;
        auto change = impl_->prepare("UPDATE caller_keys SET revoked = ? WHERE id = ?");
        SQLite::bind(change, sqlite::stored(at), id);
        change.exec();
        if (auto journalled = impl_->append(record(**found)); !journalled) return journalled.error();
        return found;
    });
}

Result<std::vector<CallerKey>> Ledger::caller_keys() {
    return sqlite::read([&]() -> Result<std::vector<CallerKey>> {
        auto rows = impl_->prepare(all_caller_keys);
        return sqlite::all(rows, read_caller_key);
    });
}

Result<void> Ledger::note_use_of_caller_key(const std::string& id, policy::Time day) {
    return impl_->write([&]() -> Result<void> {
        auto row = impl_->prepare("UPDATE caller_keys SET used = ? WHERE id = ?");
        SQLite::bind(row, sqlite::stored(day), id);
        row.exec();
        return {};
    });
}

}  // namespace tfy::storage
