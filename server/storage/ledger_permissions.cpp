// Standing permissions: how often each was used is counted here, in the transaction of the use.
#include "protocol/parse.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

using policy::StandingPermission;

// Used and revoked are the columns' to say; the record says all else.
Result<StandingPermission> read_permission(SQLite::Statement& row) {
    const auto json = protocol::parse(row.getColumn(0).getString());
    auto permission = json ? StandingPermission::read(*json) : Result<StandingPermission>(json.error());
    if (!permission) return sqlite::damaged("a standing permission");
    permission->used = static_cast<std::size_t>(row.getColumn(1).getInt64());
    return permission;
}

/// Approved under it, and not begun.
bool waits_under(const policy::Approval& approval, const std::string& permission) {
    return approval.state() == policy::Approval::State::approved && approval.decision() &&
           approval.decision()->permission == permission;
}

Error not_in_force() {
    return {Errc::conflict,
            "This standing permission has ended: it was revoked, used up or its time passed. Nothing was "
            "changed."};
}

}  // namespace

Result<Ledger::Opened> Ledger::open_permitted(const policy::StoredApproval& stored,
                                              const RequestLimits& limits,
                                              const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<Opened> {
        const auto& approved = stored.approval;
        const auto now = approved.created;
        auto opened = impl_->open_row(stored, now, limits);
        if (!opened || opened->attached) return opened;
        if (impl_->run("UPDATE standing_permissions SET used = used + 1 WHERE id = ? AND used < uses AND "
                       "revoked = 0 AND until > ?",
                       approved.decision()->permission, sqlite::stored(now)) != 1)
            return not_in_force();
        if (auto journalled = impl_->append(entry); !journalled) return journalled.error();
        return opened;
    });
}

Result<void> Ledger::add_permission(const StandingPermission& permission,
                                    const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        if (auto may = impl_->check_giver(permission.by); !may) return may;
        impl_->run(
            "INSERT INTO standing_permissions (id, principal, uses, used, until, revoked, record) VALUES (?, "
            "?, "
            "?, 0, ?, 0, ?)",
            permission.id, permission.principal, static_cast<std::int64_t>(permission.uses),
            sqlite::stored(permission.until), permission.json().dump());
        return impl_->append(entry);
    });
}

Result<std::optional<StandingPermission>> Ledger::find_permission(const std::string& id) {
    return sqlite::read([&]() -> Result<std::optional<StandingPermission>> {
        auto row = impl_->prepare("SELECT record, used FROM standing_permissions WHERE id = ?");
        SQLite::bind(row, id);
        return sqlite::first(row, read_permission);
    });
}

Result<std::vector<StandingPermission>> Ledger::permissions(const std::string& principal, policy::Time now,
                                                            bool used_up) {
    return sqlite::read([&] { return impl_->permissions(principal, now, used_up); });
}

Result<std::vector<StandingPermission>> Ledger::Impl::permissions(const std::string& principal,
                                                                  policy::Time now, bool used_up) {
    auto rows = prepare(
        "SELECT record, used FROM standing_permissions WHERE revoked = 0 AND (used < uses OR ?3 = 1) AND "
        "until > ?1 AND (?2 = '' OR principal = ?2) ORDER BY number");
    SQLite::bind(rows, sqlite::stored(now), principal, used_up ? 1 : 0);
    return sqlite::all(rows, read_permission);
}

Result<void> Ledger::revoke_permission(const StandingPermission& revoked,
                                       const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        if (impl_->run("UPDATE standing_permissions SET revoked = 1, record = ? WHERE id = ? AND revoked = 0",
                       revoked.json().dump(), revoked.id) != 1)
            return not_in_force();
        if (auto journalled = impl_->append(entry); !journalled) return journalled;
        return impl_->withdraw_under(revoked.id, entry.at);
    });
}

// What it approved and no one has begun is over with it.
Result<void> Ledger::Impl::withdraw_under(const std::string& permission, policy::Time now) {
    auto open = open_approvals();
    if (!open) return open.error();
    for (auto& approval : *open) {
        if (!waits_under(approval, permission)) continue;
        auto next = policy::withdraw(
            std::move(approval), now,
            "Withdrawn before it ran: the standing permission that approved it has ended. Nothing was done.");
        if (!next) continue;  // it has lapsed by itself
        if (auto changed = change(policy::Approval::State::approved, *next); !changed) return changed;
        Json body = {{"state", policy::to_string(next->state())},
                     {"digest", next->digest()},
                     {"permission", permission}};
        if (auto told = append(now, "withdrawn with its permission", next->id, std::move(body)); !told)
            return told;
    }
    return {};
}

}  // namespace tfy::storage
