// Sessions of the approvals page: any server on the state directory knows them, also after a restart.
#include <sodium.h>

#include "policy/canonical_json.hpp"
#include "policy/sodium.hpp"
#include "server/storage/ledger_impl.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::storage {
namespace {

constexpr std::chrono::hours idle_life{1};
constexpr std::chrono::minutes noted_every{1};  // a use is written down that often

PageSession read_page_session(SQLite::Statement& row) {
    return {.hash = row.getColumn(0).getString(),
            .person = row.getColumn(1).getString(),
            .guest = row.getColumn(2).getInt() == 1,
            .until = sqlite::read_time(row.getColumn(3)),
            .used = sqlite::read_time(row.getColumn(4))};
}

/// HMAC-SHA-512/256 over what a row may not be given without it.
std::string mac_of_session(const PageSession& session, const std::array<unsigned char, 32>& key) {
    policy::ready_sodium();
    const auto text = policy::canonical_json({{"purpose", "page session"},
                                              {"hash", session.hash},
                                              {"person", session.person},
                                              {"guest", session.guest},
                                              {"until", policy::format_time(session.until)}});
    std::array<unsigned char, crypto_auth_BYTES> mac{};
    crypto_auth(mac.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
    std::string hex(2 * mac.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
    hex.pop_back();  // sodium ends it with a zero byte
    return hex;
}

bool same_mac(const std::string& one, const std::string& other) {
    return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace

// A key of its own: that of the journal's head is made with the first record.
Result<std::array<unsigned char, 32>> Ledger::Impl::session_key() {
    if (key_file.empty()) return std::array<unsigned char, 32>{};
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
        auto old = impl_->prepare("DELETE FROM page_sessions WHERE until <= ?");
        SQLite::bind(old, sqlite::stored(session.used));
        old.exec();
        auto row = impl_->prepare(
            "INSERT INTO page_sessions (hash, person, guest, until, used, mac) VALUES (?, ?, ?, ?, ?, ?)");
        SQLite::bind(row, session.hash, session.person, session.guest ? 1 : 0, sqlite::stored(session.until),
                     sqlite::stored(session.used), mac_of_session(session, *key));
        row.exec();
        return {};
    });
}

Result<std::optional<PageSession>> Ledger::page_session(const std::string& hash, policy::Time now) {
    return sqlite::snapshot(*impl_->database, [&]() -> Result<std::optional<PageSession>> {
        auto row =
            impl_->prepare("SELECT hash, person, guest, until, used, mac FROM page_sessions WHERE hash = ?");
        SQLite::bind(row, hash);
        if (!row.executeStep()) return std::optional<PageSession>{};
        auto session = read_page_session(row);
        const auto mac = row.getColumn(5).getString();
        row.reset();
        const auto key = impl_->session_key();
        if (!key) return key.error();
        if (!same_mac(mac, mac_of_session(session, *key)) || session.until <= now ||
            session.used + idle_life <= now)
            return std::optional<PageSession>{};
        if (session.guest) {
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
        auto row = impl_->prepare("UPDATE page_sessions SET used = ? WHERE hash = ?");
        SQLite::bind(row, sqlite::stored(now), session.hash);
        row.exec();
        return {};
    });
}

Result<void> Ledger::end_page_session(const std::string& hash) {
    return impl_->write([&]() -> Result<void> {
        auto row = impl_->prepare("DELETE FROM page_sessions WHERE hash = ?");
        SQLite::bind(row, hash);
        row.exec();
        return {};
    });
}

}  // namespace tfy::storage
