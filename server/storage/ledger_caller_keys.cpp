// Keys of callers: one process makes and revokes them, others let callers in by them.
#include <algorithm>

#include "policy/principals.hpp"
#include "server/storage/caller_key_rows.hpp"
#include "server/storage/kept_text.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {

Result<void> Ledger::add_caller_key(const CallerKey& key, const journal::JournalEntry& entry,
                                    const policy::Seals& seal) {
    constexpr std::string_view undone = "No key was made.";
    if (auto kept = check_kept(seal, "This label", key.label, undone); !kept) return kept;
    if (auto kept = check_kept(seal, "This name", key.person, undone); !kept) return kept;
    return impl_->write([&]() -> Result<void> {
        impl_->run(
            "INSERT INTO caller_keys (id, hash, person, label, may_request, created, until) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            key.id, key.hash, key.person, key.label, key.may_request ? 1 : 0, sqlite::stored(key.created),
            sqlite::stored(key.until));
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
        impl_->run("UPDATE caller_keys SET revoked = ? WHERE id = ?", sqlite::stored(at), id);
        if (auto journalled = impl_->append(record(**found)); !journalled) return journalled.error();
        const auto caller = std::string(policy::key_principals) + id;
        if (auto ended = impl_->end_caller(caller, "key", at); !ended) return ended.error();
        return found;
    });
}

Result<std::vector<CallerKey>> Ledger::caller_keys() {
    return sqlite::read([&]() -> Result<std::vector<CallerKey>> {
        auto rows = impl_->prepare(all_caller_keys);
        return sqlite::all(rows, read_caller_key);
    });
}

Result<std::string> Ledger::person_behind(const std::string& principal) {
    return sqlite::read([&]() -> Result<std::string> {
        if (principal.starts_with(policy::oauth_principals)) return std::string(policy::person_in(principal));
        if (principal.starts_with(policy::key_principals)) {
            auto row = impl_->prepare(caller_key_by_id);
            row.bind(1, principal.substr(policy::key_principals.size()));
            const auto key = sqlite::first(row, read_caller_key);
            if (!key) return key.error();
            return *key ? (*key)->person : std::string{};
        }
        return std::string{};
    });
}

// The row of a key stays, that of a grant for a month: a caller of whom there is none was let in by something
// else.
Result<bool> Ledger::Impl::caller_has_ended(const std::string& principal, policy::Time now) {
    if (principal.starts_with(policy::key_principals)) {
        auto row = prepare(caller_key_by_id);
        row.bind(1, principal.substr(policy::key_principals.size()));
        const auto key = sqlite::first(row, read_caller_key);
        if (!key) return key.error();
        return *key && !(*key)->holds(now);
    }
    if (!principal.starts_with(policy::oauth_principals)) return false;
    const auto person = std::string(policy::person_in(principal));
    auto row = prepare(
        "SELECT count(*), total(revoked IS NULL AND until > ?) FROM oauth_grants WHERE person = ? AND "
        "client_id = ?");
    const auto client =
        principal.substr(std::min(principal.size(), policy::oauth_principals.size() + person.size() + 1));
    SQLite::bind(row, sqlite::stored(now), person, client);
    row.executeStep();
    return row.getColumn(0).getInt64() > 0 && row.getColumn(1).getInt64() == 0;
}

Result<bool> Ledger::caller_has_ended(const std::string& principal, policy::Time now) {
    return sqlite::read([&] { return impl_->caller_has_ended(principal, now); });
}

Result<void> Ledger::Impl::check_caller(const std::string& principal, policy::Time now) {
    const auto ended = caller_has_ended(principal, now);
    if (!ended) return ended.error();
    if (!*ended) return {};
    return Error{
        Errc::denied,
        "The key or the grant by which this caller came has ended: no request of it is taken. Nothing "
        "was asked, and nothing was done.",
        {{"next", "Ask the user to give this program a new key, or to allow it again."}}};
}

Result<void> Ledger::note_use_of_caller_key(const std::string& id, policy::Time day) {
    return impl_->write([&]() -> Result<void> {
        impl_->run("UPDATE caller_keys SET used = ? WHERE id = ?", sqlite::stored(day), id);
        return {};
    });
}

}  // namespace tfy::storage
