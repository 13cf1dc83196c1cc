// Sign-in codes that one process gives out and another takes back.
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr std::int64_t most_codes = 10;  // of one person: their oldest makes room

}  // namespace

Result<void> Ledger::add_sign_in_code(const std::string& hash, const std::string& person, policy::Time until,
                                      const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        impl_->run(
            "DELETE FROM sign_in_codes WHERE until <= ?1 OR hash IN (SELECT hash FROM sign_in_codes WHERE "
            "person = ?2 ORDER BY rowid DESC LIMIT -1 OFFSET ?3)",
            sqlite::stored(entry.at), person, most_codes - 1);
        impl_->run("INSERT INTO sign_in_codes (hash, person, until) VALUES (?, ?, ?)", hash, person,
                   sqlite::stored(until));
        return impl_->append(entry);
    });
}

Result<std::optional<std::string>> Ledger::sign_in_code(const std::string& hash, policy::Time now) {
    return sqlite::read([&]() -> Result<std::optional<std::string>> {
        auto row = impl_->prepare("SELECT person FROM sign_in_codes WHERE hash = ? AND until > ?");
        SQLite::bind(row, hash, sqlite::stored(now));
        if (!row.executeStep()) return std::optional<std::string>{};
        return std::optional(row.getColumn(0).getString());
    });
}

Result<std::optional<std::string>> Ledger::take_sign_in_code(const std::string& hash, policy::Time now) {
    // Guesses only read: writing takes turns with everyone else.
    auto known = sqlite::read([&]() -> Result<bool> {
        auto row = impl_->prepare("SELECT 1 FROM sign_in_codes WHERE hash = ?");
        row.bind(1, hash);
        return row.executeStep();
    });
    if (!known) return known.error();
    if (!*known) return std::optional<std::string>{};
    return impl_->write([&]() -> Result<std::optional<std::string>> {
        auto row = impl_->prepare("DELETE FROM sign_in_codes WHERE hash = ? RETURNING person, until");
        row.bind(1, hash);
        std::optional<std::string> person;
        if (!row.executeStep()) return person;
        if (sqlite::read_time(row.getColumn(1)) > now) person = row.getColumn(0).getString();
        while (row.executeStep()) {
        }
        return person;
    });
}

}  // namespace tfy::storage
