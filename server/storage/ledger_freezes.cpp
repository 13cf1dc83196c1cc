// Callers that a person has stopped. A row is what holds; the journal says who stopped whom, and when.
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr auto freeze_of_principal =
    "SELECT principal, by, assurance, since, reason FROM freezes WHERE principal = ?";
constexpr auto all_freezes =
    "SELECT principal, by, assurance, since, reason FROM freezes ORDER BY since, principal";

Result<policy::Freeze> read_freeze(SQLite::Statement& row) {
    const auto assurance = policy::read_assurance(row.getColumn(2).getString());
    if (!assurance) return sqlite::damaged("a freeze");
    return policy::Freeze{row.getColumn(0).getString(), row.getColumn(1).getString(), *assurance,
                          sqlite::read_time(row.getColumn(3)), row.getColumn(4).getString()};
}

/// A caller that asked for something, holds a key, or is a client that was granted access.
bool may_be_frozen(SQLite::Database& database, const std::string& principal) {
    SQLite::Statement row(database,
                          "SELECT 1 FROM approvals WHERE principal = ?1 UNION ALL "
                          "SELECT 1 FROM caller_keys WHERE 'key:' || id = ?1 UNION ALL "
                          "SELECT 1 FROM oauth_grants WHERE 'oauth:' || person || '/' || client_id = ?1 "
                          "LIMIT 1");
    SQLite::bind(row, principal);
    return row.executeStep();
}

}  // namespace

Result<std::optional<policy::Freeze>> Ledger::Impl::freeze_of(const std::string& principal) {
    auto row = statements.lend(freeze_of_principal);
    SQLite::bind(row, principal);
    return sqlite::first(row, read_freeze);
}

Result<std::optional<policy::Freeze>> Ledger::freeze_of(const std::string& principal) {
    return sqlite::read([&] { return impl_->freeze_of(principal); });
}

Result<std::vector<policy::Freeze>> Ledger::freezes() {
    return sqlite::read([&] {
        auto rows = impl_->prepare(all_freezes);
        return sqlite::all(rows, read_freeze);
    });
}

// What is over by itself, or runs, stays as it is.
Result<std::size_t> Ledger::freeze(const policy::Freeze& freeze, const Stop& stop,
                                   const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<std::size_t> {
        const auto before = impl_->freeze_of(freeze.principal);
        if (!before) return before.error();
        if (*before)
            return Error{Errc::conflict,
                         "This caller is frozen already, by " + (*before)->by + ". Nothing was changed."};
        if (!may_be_frozen(*impl_->database, freeze.principal))
            return Error{Errc::not_found,
                         "No caller of this name has asked for a change yet, and none has a key or a grant. "
                         "Nothing was frozen. Name it as its requests do, for example stdio:ada."};
        impl_->run("INSERT INTO freezes (principal, by, assurance, since, reason) VALUES (?, ?, ?, ?, ?)",
                   freeze.principal, freeze.by, std::string(policy::to_string(freeze.assurance)),
                   sqlite::stored(freeze.since), freeze.reason);
        if (auto told = impl_->append(entry); !told) return told.error();
        auto open = impl_->open_approvals_of(freeze.principal);
        if (!open) return open.error();
        std::size_t stopped = 0;
        for (auto& approval : *open) {
            const auto was = approval.state();
            const auto next = stop(std::move(approval));
            if (!next && (next.error().code == Errc::refused || next.error().code == Errc::expired)) continue;
            if (!next) return next.error();
            if (auto changed = impl_->change(was, next->next); !changed) return changed.error();
            if (auto told = impl_->append(next->entry); !told) return told.error();
            ++stopped;
        }
        return stopped;
    });
}

Result<policy::Freeze> Ledger::unfreeze(const std::string& principal, const JournalFreeze& record) {
    return impl_->write([&]() -> Result<policy::Freeze> {
        auto found = impl_->freeze_of(principal);
        if (!found) return found.error();
        if (!*found) return Error{Errc::not_found, "No caller of this name is frozen. Nothing was changed."};
        impl_->run("DELETE FROM freezes WHERE principal = ?", principal);
        if (auto told = impl_->append(record(**found)); !told) return told.error();
        return std::move(**found);
    });
}

}  // namespace tfy::storage
