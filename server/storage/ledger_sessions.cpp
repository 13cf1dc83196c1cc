// Sessions of the approvals page: any server on the state directory knows them, also after a restart.
#include "policy/mac.hpp"
#include "server/storage/key_files.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr std::chrono::hours idle_life{1};
constexpr std::chrono::minutes noted_every{1};  // a use is written down that often
constexpr std::int64_t most_sessions = 50;      // of one person

PageSession read_page_session(SQLite::Statement& row) {
    return {.hash = row.getColumn(0).getString(),
            .person = row.getColumn(1).getString(),
            .guest = row.getColumn(2).getInt() == 1,
            .until = sqlite::read_time(row.getColumn(3)),
            .used = sqlite::read_time(row.getColumn(4))};
}

/// HMAC-SHA-512/256 over what a row may not be given without it.
std::string mac_of_session(const PageSession& session, const policy::MacKey& key) {
    return policy::mac_of({{"purpose", "page session"},
                           {"hash", session.hash},
                           {"person", session.person},
                           {"guest", session.guest},
                           {"until", policy::format_time(session.until)}},
                          key);
}

}  // namespace

// A key of its own: that of the journal's head is made with the first record.
Result<policy::MacKey> Ledger::Impl::session_key() {
    if (key_file.empty()) return policy::MacKey{};
    if (!session_key_) {
        auto key = load_or_create_key(key_file.parent_path() / "sessions.key");
        if (!key) return key.error();
        session_key_ = *key;
    }
    return *session_key_;
}

Result<void> Ledger::open_page_session(const PageSession& session) {
    return impl_->write([&]() -> Result<void> {
        const auto key = impl_->session_key();
        if (!key) return key.error();
        // Of very many those end that their person has not used for the longest time; no one else's do.
        impl_->run(
            "DELETE FROM page_sessions WHERE until <= ?1 OR hash IN (SELECT hash FROM page_sessions WHERE "
            "person = ?2 ORDER BY used DESC, rowid DESC LIMIT -1 OFFSET ?3)",
            sqlite::stored(session.used), session.person, most_sessions - 1);
        impl_->run(
            "INSERT INTO page_sessions (hash, person, guest, until, used, mac) VALUES (?, ?, ?, ?, ?, ?)",
            session.hash, session.person, session.guest ? 1 : 0, sqlite::stored(session.until),
            sqlite::stored(session.used), mac_of_session(session, *key));
        return {};
    });
}

Result<std::optional<PageSession>> Ledger::page_session(const std::string& hash, policy::Time now) {
    return impl_->snapshot([&]() -> Result<std::optional<PageSession>> {
        auto row =
            impl_->prepare("SELECT hash, person, guest, until, used, mac FROM page_sessions WHERE hash = ?");
        SQLite::bind(row, hash);
        if (!row.executeStep()) return std::optional<PageSession>{};
        auto session = read_page_session(row);
        const auto mac = row.getColumn(5).getString();
        row.reset();
        const auto key = impl_->session_key();
        if (!key) return key.error();
        if (!policy::same_bytes(mac, mac_of_session(session, *key)) || session.until <= now ||
            session.used + idle_life <= now)
            return std::optional<PageSession>{};
        if (session.guest) {
            const auto known = impl_->people_in_journal();
            if (!known) return known.error();
            if (!known->people.empty()) return std::optional<PageSession>{};
            session.decides = true;
            return std::optional(std::move(session));
        }
        const auto person = impl_->believed_person(session.person);
        if (!person) return person.error();
        if (!*person || (*person)->suspended) return std::optional<PageSession>{};
        session.decides = (*person)->decides();
        return std::optional(std::move(session));
    });
}

Result<void> Ledger::note_use_of_page_session(const PageSession& session, policy::Time now) {
    if (session.used + noted_every > now) return {};
    return impl_->write([&]() -> Result<void> {
        impl_->run("UPDATE page_sessions SET used = ? WHERE hash = ?", sqlite::stored(now), session.hash);
        return {};
    });
}

Result<void> Ledger::end_page_session(const std::string& hash) {
    return impl_->write([&]() -> Result<void> {
        impl_->run("DELETE FROM page_sessions WHERE hash = ?", hash);
        return {};
    });
}

}  // namespace tfy::storage
