#include "server/storage/oauth_grants.hpp"

#include <algorithm>

#include "policy/mac.hpp"
#include "policy/principals.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr policy::Duration ended_grants_kept = std::chrono::days{30};
constexpr policy::Duration used_codes_kept = std::chrono::days{1};

constexpr auto grant_by_id =
    "SELECT id, client_id, client_name, person, may_request, created, until, last_used, revoked FROM "
    "oauth_grants WHERE id = ?";

OAuthGrant read_grant(SQLite::Statement& row) {
    return {.id = row.getColumn(0).getString(),
            .client_id = row.getColumn(1).getString(),
            .client_name = row.getColumn(2).getString(),
            .person = row.getColumn(3).getString(),
            .may_request = row.getColumn(4).getInt() == 1,
            .created = sqlite::read_time(row.getColumn(5)),
            .until = sqlite::read_time(row.getColumn(6)),
            .last_used = sqlite::read_time(row.getColumn(7)),
            .revoked = sqlite::read_time_or_none(row.getColumn(8))};
}

}  // namespace

struct OAuthGrants::TokenRow {
    std::string grant_id;
    bool refreshes = false;
    bool may_request = false;
    policy::Time until = {};
    std::optional<policy::Time> replaced = {};
    std::string successor = {};
};

std::optional<OAuthGrant> OAuthGrants::grant_of(const std::string& id) {
    auto row = impl_.prepare(grant_by_id);
    row.bind(1, id);
    if (!row.executeStep()) return std::nullopt;
    return read_grant(row);
}

std::optional<OAuthGrants::TokenRow> OAuthGrants::find_token(const std::string& hash) {
    auto row = impl_.prepare(
        "SELECT grant_id, refreshes, may_request, until, replaced, successor FROM oauth_tokens WHERE hash = "
        "?");
    row.bind(1, hash);
    if (!row.executeStep()) return std::nullopt;
    TokenRow token{.grant_id = row.getColumn(0).getString(),
                   .refreshes = row.getColumn(1).getInt() == 1,
                   .may_request = row.getColumn(2).getInt() == 1,
                   .until = sqlite::read_time(row.getColumn(3)),
                   .replaced = sqlite::read_time_or_none(row.getColumn(4))};
    if (!row.isColumnNull(5)) token.successor = row.getColumn(5).getString();
    return token;
}

void OAuthGrants::forget_what_is_over(policy::Time now) {
    impl_.run("DELETE FROM oauth_tokens WHERE until <= ?", sqlite::stored(now));
    impl_.run("UPDATE oauth_tokens SET successor = NULL WHERE successor IS NOT NULL AND replaced <= ?",
              sqlite::stored(now - oauth_life::mercy));
    impl_.run("DELETE FROM oauth_codes WHERE until <= ?", sqlite::stored(now - used_codes_kept));
    impl_.run("DELETE FROM oauth_grants WHERE min(until, ifnull(revoked, until)) <= ?",
              sqlite::stored(now - ended_grants_kept));
    forget_clients(now);
}

// What a client asked for, and may do without being asked, ends with the last grant that it has of a person.
Result<void> OAuthGrants::end(const OAuthGrant& grant, policy::Time at) {
    impl_.run("UPDATE oauth_grants SET revoked = ? WHERE id = ? AND revoked IS NULL", sqlite::stored(at),
              grant.id);
    impl_.run("DELETE FROM oauth_codes WHERE grant_id = ?", grant.id);
    impl_.run("DELETE FROM oauth_tokens WHERE grant_id = ?", grant.id);
    auto others = impl_.prepare(
        "SELECT 1 FROM oauth_grants WHERE person = ? AND client_id = ? AND revoked IS NULL AND until > ?");
    SQLite::bind(others, grant.person, grant.client_id, sqlite::stored(at));
    const bool acts_on = others.executeStep();
    others.reset();
    return acts_on ? Result<void>{}
                   : impl_.end_caller(
                         std::string(policy::oauth_principals) + grant.person + "/" + grant.client_id,
                         "grant", at);
}

Result<void> OAuthGrants::end_because(const OAuthGrant& grant, const std::string& kind,
                                      const std::string& because, policy::Time at) {
    if (auto ended = end(grant, at); !ended) return ended;
    return impl_.append(at, kind, "", {{"grant", grant.id}, {"person", grant.person}, {"because", because}});
}

Result<void> OAuthGrants::give(const OAuthGrant& grant, const OAuthCode& code,
                               const journal::JournalEntry& entry) {
    return impl_.write([&]() -> Result<void> {
        if (auto may = impl_.check_giver(grant.person); !may) return may;
        forget_what_is_over(grant.created);
        const bool kept_here = !grant.client_id.starts_with("https://");
        if (kept_here && note_use_of_client(grant.client_id, grant.created) == 0)
            return Error{Errc::not_found,
                         "This client is not known here any more. Nothing was granted. Connect it again."};
        impl_.run(
            "INSERT INTO oauth_grants (id, client_id, client_name, person, may_request, created, until, "
            "last_used) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            grant.id, grant.client_id, grant.client_name, grant.person, grant.may_request ? 1 : 0,
            sqlite::stored(grant.created), sqlite::stored(grant.created + oauth_life::code),
            sqlite::stored(grant.created));
        impl_.run(
            "INSERT INTO oauth_codes (hash, grant_id, redirect_uri, challenge, until) VALUES (?, ?, ?, ?, ?)",
            code.hash, grant.id, code.redirect_uri, code.challenge,
            sqlite::stored(grant.created + oauth_life::code));
        return impl_.append(entry);
    });
}

Result<std::vector<OAuthGrant>> OAuthGrants::grants(const std::string& person) {
    return sqlite::read([&]() -> Result<std::vector<OAuthGrant>> {
        auto rows = impl_.prepare(
            "SELECT id, client_id, client_name, person, may_request, created, until, last_used, revoked FROM "
            "oauth_grants WHERE ?1 = '' OR person = ?1 ORDER BY created, id");
        rows.bind(1, person);
        std::vector<OAuthGrant> all;
        while (rows.executeStep()) all.push_back(read_grant(rows));
        return all;
    });
}

Result<std::optional<OAuthGrant>> OAuthGrants::revoke(const std::string& id, const std::string& person,
                                                      policy::Time at, const JournalGrant& record) {
    return impl_.write([&]() -> Result<std::optional<OAuthGrant>> {
        auto found = grant_of(id);
        if (!found || (!person.empty() && found->person != person)) return std::optional<OAuthGrant>{};
        if (found->revoked) return found;
        if (auto ended = end(*found, at); !ended) return ended.error();
        if (auto told = impl_.append(record(*found)); !told) return told.error();
        return found;
    });
}

OAuthGrants::Given OAuthGrants::add_tokens(OAuthGrant grant, const OAuthTokenPair& pair, bool may_request,
                                           policy::Time now) {
    grant.until = std::min(now + oauth_life::refresh_token, grant.created + oauth_life::grant);
    grant.last_used = now;
    const auto access_until = std::min(now + oauth_life::access_token, grant.until);
    impl_.run("UPDATE oauth_grants SET until = ?, last_used = ? WHERE id = ?", sqlite::stored(grant.until),
              sqlite::stored(now), grant.id);
    const auto add = [&](const std::string& hash, bool refreshes, bool requests, policy::Time until) {
        impl_.run(
            "INSERT INTO oauth_tokens (hash, grant_id, refreshes, may_request, until) VALUES (?, ?, ?, ?, ?)",
            hash, grant.id, refreshes ? 1 : 0, requests ? 1 : 0, sqlite::stored(until));
    };
    add(pair.access_hash, false, may_request, access_until);
    add(pair.refresh_hash, true, grant.may_request, grant.until);
    note_use_of_client(grant.client_id, now);
    return {.grant = std::move(grant), .may_request = may_request, .until = access_until};
}

// It is taken before anything is compared: what is shown a second time, or by the wrong one, has been where
// it should not be, and who got tokens for it loses them.
Result<std::optional<OAuthGrants::Given>> OAuthGrants::redeem(const Redeem& wish, const OAuthTokenPair& next,
                                                              policy::Time now) {
    return impl_.write([&]() -> Result<std::optional<Given>> {
        std::optional<Given> none;
        forget_what_is_over(now);
        auto row = impl_.prepare(
            "SELECT grant_id, redirect_uri, challenge, until, used FROM oauth_codes WHERE hash = ?");
        row.bind(1, wish.code.hash);
        if (!row.executeStep()) return none;
        const OAuthCode code{wish.code.hash, row.getColumn(1).getString(), row.getColumn(2).getString()};
        const auto until = sqlite::read_time(row.getColumn(3));
        const bool used = !row.isColumnNull(4);
        auto grant = grant_of(row.getColumn(0).getString());
        row.reset();
        if (!grant || grant->revoked) return none;
        const auto ended = [&](const std::string& because) -> Result<std::optional<Given>> {
            if (auto done = end_because(*grant, "grant_revoked", because, now); !done) return done.error();
            return none;
        };
        if (used) return ended("its code was used again");
        if (until <= now) return none;
        if (wish.code.client_id != grant->client_id || !policy::same_bytes(wish.challenge, code.challenge) ||
            (wish.redirect_uri && *wish.redirect_uri != code.redirect_uri))
            return ended("its code was shown by the wrong client, or with the wrong address or verifier");
        impl_.run("UPDATE oauth_codes SET used = ? WHERE hash = ?", sqlite::stored(now), code.hash);
        return std::optional(add_tokens(*grant, next, grant->may_request, now));
    });
}

Result<std::optional<OAuthGrants::Given>> OAuthGrants::refresh(const Refresh& wish,
                                                               const OAuthTokenPair& next, policy::Time now) {
    return impl_.write([&]() -> Result<std::optional<Given>> {
        std::optional<Given> none;
        forget_what_is_over(now);
        const auto token = find_token(wish.token.hash);
        auto grant = token && token->refreshes ? grant_of(token->grant_id) : std::nullopt;
        if (!grant || grant->revoked || wish.token.client_id != grant->client_id) return none;
        if (token->replaced && *token->replaced + oauth_life::mercy <= now) {
            const auto done = end_because(*grant, "refresh_reused",
                                          "a refresh token that had been replaced was used again", now);
            if (!done) return done.error();
            return none;
        }
        const bool may_request = wish.may_request.value_or(grant->may_request);
        if (may_request && !grant->may_request)
            return Error{Errc::invalid_params, "The scope is wider than what was granted."};
        if (token->replaced)
            return std::optional(Given{.grant = std::move(*grant), .sealed = token->successor});
        auto given = add_tokens(std::move(*grant), next, may_request, now);
        impl_.run("UPDATE oauth_tokens SET replaced = ?, successor = ? WHERE hash = ?", sqlite::stored(now),
                  wish.seal(given), wish.token.hash);
        return std::optional(std::move(given));
    });
}

Result<void> OAuthGrants::revoke_token(const OAuthShown& token, policy::Time now) {
    return impl_.write([&]() -> Result<void> {
        const auto found = find_token(token.hash);
        const auto grant = found ? grant_of(found->grant_id) : std::nullopt;
        if (!grant || grant->client_id != token.client_id) return {};
        if (found->refreshes) return end_because(*grant, "grant_revoked", "its client gave it back", now);
        impl_.run("DELETE FROM oauth_tokens WHERE hash = ?", token.hash);
        return {};
    });
}

Result<void> Ledger::Impl::end_grants_of(const std::string& name, const std::string& by, policy::Time at,
                                         Ended& ended) {
    auto rows = prepare(
        "UPDATE oauth_grants SET revoked = ?1 WHERE person = ?2 AND revoked IS NULL RETURNING id, until");
    SQLite::bind(rows, sqlite::stored(at), name);
    std::vector<std::string> ids;
    while (rows.executeStep())
        if (sqlite::read_time(rows.getColumn(1)) > at) ids.push_back(rows.getColumn(0).getString());
    ended.grants = ids.size();
    for (const auto* table : {"DELETE FROM oauth_codes WHERE grant_id IN (SELECT id FROM oauth_grants WHERE "
                              "person = ?)",
                              "DELETE FROM oauth_tokens WHERE grant_id IN (SELECT id FROM oauth_grants WHERE "
                              "person = ?)"})
        run(table, name);
    for (const auto& id : ids)
        if (auto told = append(at, "grant_revoked", "", {{"grant", id}, {"person", name}, {"by", by}}); !told)
            return told;
    return {};
}

}  // namespace tfy::storage
