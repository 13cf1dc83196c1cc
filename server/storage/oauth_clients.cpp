// Clients of the authorization server that are kept here: those that the operator listed, and those that
// registered themselves, which go if no one wants them.
#include "protocol/parse.hpp"
#include "server/storage/kept_text.hpp"
#include "server/storage/ledger_impl.hpp"
#include "server/storage/oauth_grants.hpp"

namespace tfy::storage {
namespace {

using Kind = OAuthClientRow::Kind;

constexpr std::int64_t most_without_consent = 1'000;
constexpr policy::Duration kept_without_consent = std::chrono::hours{24};
constexpr policy::Duration kept_after_use = std::chrono::days{90};

Result<OAuthClientRow> read_client(SQLite::Statement& row) {
    OAuthClientRow client{.id = row.getColumn(0).getString(),
                          .kind = row.getColumn(1).getString() == "listed" ? Kind::listed : Kind::registered,
                          .name = row.getColumn(2).getString(),
                          .redirect_uris = {},
                          .created = sqlite::read_time(row.getColumn(5)),
                          .used = sqlite::read_time(row.getColumn(6))};
    const auto uris = protocol::parse(row.getColumn(3).getString());
    if (!uris || !uris->is_array()) return sqlite::damaged("a client of the authorization server");
    for (const auto& uri : *uris) client.redirect_uris.push_back(uri.get<std::string>());
    if (!row.isColumnNull(4)) client.secret_hash = row.getColumn(4).getString();
    return client;
}

constexpr auto client_by_id =
    "SELECT id, kind, name, redirect_uris, secret_hash, created, used FROM oauth_clients WHERE id = ?";

}  // namespace

void OAuthGrants::forget_clients(policy::Time now) {
    impl_.run(
        "DELETE FROM oauth_clients WHERE kind = 'registered' AND used <= CASE consented WHEN 1 THEN ?1 ELSE "
        "?2 END",
        sqlite::stored(now - kept_after_use), sqlite::stored(now - kept_without_consent));
}

int OAuthGrants::note_use_of_client(const std::string& id, policy::Time now) {
    return impl_.run("UPDATE oauth_clients SET used = ?, consented = 1 WHERE id = ?", sqlite::stored(now),
                     id);
}

Result<void> OAuthGrants::add_client(const OAuthClientRow& client, const journal::JournalEntry& entry,
                                     const policy::Seals& seal) {
    constexpr std::string_view undone = "No client was added.";
    if (auto kept = check_kept(seal, "This name", client.name, undone); !kept) return kept;
    for (const auto& address : client.redirect_uris)
        if (auto kept = check_kept(seal, "This redirect address", address, undone); !kept) return kept;
    return impl_.write([&]() -> Result<void> {
        forget_what_is_over(client.created);
        const bool registered = client.kind == Kind::registered;
        if (registered &&
            impl_.database
                    ->execAndGet(
                        "SELECT count(*) FROM oauth_clients WHERE kind = 'registered' AND consented = 0")
                    .getInt64() >= most_without_consent)
            return Error{Errc::rate_limited,
                         "Very many clients registered themselves and no person has consented to them yet. "
                         "This one was not registered. Try again later."};
        impl_.run(
            "INSERT INTO oauth_clients (id, kind, name, redirect_uris, secret_hash, created, used, "
            "consented) "
            "VALUES (?, ?, ?, ?, nullif(?, ''), ?, ?, 0)",
            client.id, registered ? "registered" : "listed", client.name, Json(client.redirect_uris).dump(),
            client.secret_hash.value_or(""), sqlite::stored(client.created), sqlite::stored(client.created));
        return impl_.append(entry);
    });
}

Result<std::optional<OAuthClientRow>> OAuthGrants::client(const std::string& id) {
    return sqlite::read([&]() -> Result<std::optional<OAuthClientRow>> {
        auto row = impl_.prepare(client_by_id);
        row.bind(1, id);
        return sqlite::first(row, read_client);
    });
}

Result<std::vector<OAuthClientRow>> OAuthGrants::clients() {
    return sqlite::read([&]() -> Result<std::vector<OAuthClientRow>> {
        auto rows = impl_.prepare(
            "SELECT id, kind, name, redirect_uris, secret_hash, created, used FROM oauth_clients ORDER BY "
            "created, id");
        return sqlite::all(rows, read_client);
    });
}

Result<std::optional<OAuthClientRow>> OAuthGrants::remove_client(const std::string& id, policy::Time at,
                                                                 const JournalClient& record) {
    return impl_.write([&]() -> Result<std::optional<OAuthClientRow>> {
        auto row = impl_.prepare(client_by_id);
        row.bind(1, id);
        auto found = sqlite::first(row, read_client);
        if (!found || !*found) return found;
        row.reset();
        impl_.run("DELETE FROM oauth_clients WHERE id = ?", id);
        if (auto told = impl_.append(record(**found)); !told) return told.error();
        auto rows = impl_.prepare("SELECT id FROM oauth_grants WHERE client_id = ? AND revoked IS NULL");
        rows.bind(1, id);
        std::vector<std::string> grants;
        while (rows.executeStep()) grants.push_back(rows.getColumn(0).getString());
        for (const auto& grant : grants)
            if (auto done = end_because(*grant_of(grant), "grant_revoked", "its client was removed", at);
                !done)
                return done.error();
        return found;
    });
}

}  // namespace tfy::storage
