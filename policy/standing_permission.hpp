// Leave that a person gives ahead of time, against being asked so often that they stop looking: "up to 5
// tokens named ci-*, that expire within 30 days, for the next hour, for this principal".
#pragma once

#include <string>

#include "policy/approval.hpp"
#include "policy/key_identity.hpp"

namespace tfy::policy {

/// Whose a new token is and what it is, as a create's payload names them. Empty: left out, so that
/// TrueFoundry's own choice applies.
struct TokenKind {
    std::string team = {};
    std::string account = {};
    std::string type = {};  // "jwt" | "opaque"

    bool operator==(const TokenKind&) const = default;
    /// "team platform, account and type left out"
    std::string words(const Seals& seal) const;
};

/// For creating tokens only. Each use is an approval of its own, with its own record, and counted.
struct StandingPermission {
    std::string id;  // "per_" and 26 characters
    std::string by;  // who gave it
    Assurance assurance = Assurance::client;
    std::string principal;     // whose calls it covers, exactly
    std::string base_url;      // the control plane that is asked, exactly; empty in those of earlier versions
    KeyIdentity holder = {};   // whose key asks it: another key only if both are known to be one user's
    std::string names;         // of the new tokens: a pattern with * and ?
    TokenKind kind = {};       // of the new tokens; exactly
    Duration longest_life{0};  // from its creation until a new token expires, at the most; of a day or more:
                               // to the end of its last day in UTC
    Destination destination = Destination::page;
    std::string reason = {};  // why it was given, for the journal
    std::size_t uses = 1;     // how often at the most
    std::size_t used = 0;     // counted by the store
    Time given = {};
    Time until = {};
    std::string revoked_by = {};  // empty: in force while its time and its uses last

    bool in_force(Time now) const { return revoked_by.empty() && used < uses && now < until; }
    /// "up to 5 tokens named ci-*, each for at most 30 days, for stdio:alice, at https://acme.example with
    /// the key of ann@acme.example, with team, account and type left out".
    std::string words(const Seals& seal) const;
    /// "at https://acme.example with the key of ann@acme.example", "in the sandbox".
    std::string where(const Seals& seal) const;
    Json json() const;
    static Result<StandingPermission> read(const Json& value);
};

/// How many of them are of versions that bound a permission to no address: they cover nothing.
std::size_t of_earlier_versions(const std::vector<StandingPermission>& permissions);
/// "2 standing permissions of an earlier version …", for start and doctor.
std::string words_of_earlier_versions(std::size_t how_many);

/// Whether any permission could cover this call: for all others there is nothing to look up.
bool may_be_permitted(const Call& call);
/// What a create asks for.
TokenKind token_kind(const Call& call);

/// What a person asks for when they give one.
struct StandingWish {
    std::string principal;
    std::string base_url = {};  // the server's own, and its key's holder
    KeyIdentity holder = {};
    std::string names;
    TokenKind kind = {};
    std::size_t uses = 1;
    Duration longest_life = std::chrono::days{30};
    Duration lasts = std::chrono::minutes{60};
    Destination destination = Destination::page;
    std::string reason = {};
};

/// Errc::refused with what is wrong: values for the agent (each showing is a person's own decision), no
/// principal, no control plane, a token type that there is not, a pattern that begins with * (it would cover
/// any name), more than 100 uses, tokens that live longer than 90 days, longer than 12 hours, or a person
/// whom only a client's dialog vouches for.
Result<StandingPermission> give(const Human& person, StandingWish wish, std::string id, Time now);

/// `fresh` as approved under `permission`, to be run with the key of `with`. Errc::refused if it does not
/// cover it: another tool, principal, control plane, key holder, name, team, account or type, a token without
/// expiry or with a longer life, a permission that is over; or where the terms ask for more than its giver
/// could say alone.
Result<Approval> approve_under(const StandingPermission& permission, Approval fresh, const KeyIdentity& with,
                               Time now, Duration claim_window, const Seals& seal);

/// Why `permission` does not cover `fresh`, as sentences that say what would; nothing if it does.
std::optional<std::string> not_covered(const StandingPermission& permission, const Approval& fresh,
                                       const KeyIdentity& with, Time now, const Seals& seal);

/// Errc::refused if it was revoked already.
Result<StandingPermission> revoke(StandingPermission permission, const Human& person);

}  // namespace tfy::policy
