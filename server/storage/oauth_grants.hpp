// What the authorization server keeps: clients, what people granted them, and hashes of codes and tokens.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/ledger.hpp"

namespace tfy::storage {

namespace oauth_life {
inline constexpr policy::Duration code = std::chrono::seconds{60};
inline constexpr policy::Duration access_token = std::chrono::hours{1};
inline constexpr policy::Duration refresh_token = std::chrono::days{30};  // where it is not used
inline constexpr policy::Duration grant = std::chrono::days{90};
/// For that long the refresh token that was used last gives the same successor again: clients of several
/// processes refresh at once.
inline constexpr policy::Duration mercy = std::chrono::seconds{120};
}  // namespace oauth_life

/// A client that is kept here. One that is known by the address of its document is not.
struct OAuthClientRow {
    enum class Kind { registered, listed };  // by itself, or by `clients add`
    std::string id;
    Kind kind = Kind::listed;
    std::string name;  // a claim; may be empty
    std::vector<std::string> redirect_uris;
    std::optional<std::string> secret_hash = {};
    policy::Time created = {};
    policy::Time used = {};  // when a person last consented to it, or it fetched tokens
};

/// What a person allowed one client. Its caller is "oauth:PERSON/CLIENT".
struct OAuthGrant {
    std::string id;           // "grt_…"
    std::string client_id;    // the address of its document, or the id of a row
    std::string client_name;  // as it was claimed at the consent
    std::string person;
    bool may_request = true;  // false: it reads, and asks for nothing that changes anything
    policy::Time created = {};
    policy::Time until = {};  // when it is over if it is not used until then; set here
    policy::Time last_used = {};
    std::optional<policy::Time> revoked = {};

    bool holds(policy::Time now) const { return !revoked && now < until; }
};

struct OAuthCode {
    std::string hash;
    std::string redirect_uri;  // as the client asked
    std::string challenge;     // of PKCE, S256
};

/// A code, or a refresh token, as a client shows it.
struct OAuthShown {
    std::string hash;
    std::string client_id;  // of the client that was authenticated
};

/// What is kept of two tokens that take its place.
struct OAuthTokenPair {
    std::string access_hash;
    std::string refresh_hash;
};

/// Blocking, one transaction each, Errc::storage, like the ledger's own methods. Each of them that writes
/// deletes what is over.
class OAuthGrants {
public:
    explicit OAuthGrants(Ledger& ledger) : impl_(*ledger.impl_) {}

    /// Errc::rate_limited if very many registered themselves and got no consent yet; Errc::refused if `seal`
    /// finds a value in its name or an address.
    Result<void> add_client(const OAuthClientRow& client, const journal::JournalEntry& entry,
                            const policy::Seals& seal);
    Result<std::optional<OAuthClientRow>> client(const std::string& id);
    /// Oldest first.
    Result<std::vector<OAuthClientRow>> clients();
    /// With its grants. What it was; nothing if there is none.
    using JournalClient = std::function<journal::JournalEntry(const OAuthClientRow&)>;
    Result<std::optional<OAuthClientRow>> remove_client(const std::string& id, policy::Time at,
                                                        const JournalClient& record);

    /// One grant and its code, which holds for oauth_life::code. Errc::refused if its person is suspended,
    /// Errc::not_found if its client is kept here and is gone.
    Result<void> give(const OAuthGrant& grant, const OAuthCode& code, const journal::JournalEntry& entry);
    /// Oldest first, those that are over too, for 30 days; all where `person` is empty.
    Result<std::vector<OAuthGrant>> grants(const std::string& person = "");
    /// What it was before: revoked already if that is set. Nothing if there is none, or it is not that
    /// person's; `person` empty: whose it is does not matter.
    using JournalGrant = std::function<journal::JournalEntry(const OAuthGrant&)>;
    Result<std::optional<OAuthGrant>> revoke(const std::string& id, const std::string& person,
                                             policy::Time at, const JournalGrant& record);

    /// What a client gets.
    struct Given {
        OAuthGrant grant;
        bool may_request = true;  // of the access token: never wider than the grant
        policy::Time until = {};  // of the access token
        std::string sealed = {};  // instead of `next`: what was given before
    };
    /// The code is used up, and the grant gets its first tokens; nothing if the code does not hold. If it
    /// was used before, or is another client's, address's or challenge's, its grant is revoked and
    /// journalled.
    struct Redeem {
        OAuthShown code;
        std::optional<std::string> redirect_uri;  // nothing: the client sent none
        std::string challenge;                    // that follows from the client's verifier
    };
    Result<std::optional<Given>> redeem(const Redeem& wish, const OAuthTokenPair& next, policy::Time now);

    /// The refresh token is replaced by `next`, and what `seal` makes of it is kept. Within oauth_life::mercy
    /// of that the same token gives what was sealed then; after it its grant is revoked, and journalled as
    /// "refresh_reused". Nothing if the token does not hold. Errc::invalid_params, and nothing is changed,
    /// if the wish is wider than the grant.
    struct Refresh {
        OAuthShown token;
        std::optional<bool> may_request;  // nothing: as granted
        std::function<std::string(const Given&)> seal;
    };
    Result<std::optional<Given>> refresh(const Refresh& wish, const OAuthTokenPair& next, policy::Time now);
    /// A refresh token's grant ends with it; an access token alone. Nothing happens to another client's.
    Result<void> revoke_token(const OAuthShown& token, policy::Time now);

private:
    struct TokenRow;
    std::optional<OAuthGrant> grant_of(const std::string& id);
    void forget_clients(policy::Time now);
    /// How many there are of that id.
    int note_use_of_client(const std::string& id, policy::Time now);
    std::optional<TokenRow> find_token(const std::string& hash);
    Result<void> end(const OAuthGrant& grant, policy::Time at);
    /// With its record.
    Result<void> end_because(const OAuthGrant& grant, const std::string& kind, const std::string& because,
                             policy::Time at);
    Given add_tokens(OAuthGrant grant, const OAuthTokenPair& pair, bool may_request, policy::Time now);
    void forget_what_is_over(policy::Time now);

    Ledger::Impl& impl_;
};

}  // namespace tfy::storage
