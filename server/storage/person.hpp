// People who may decide, as the ledger keeps them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/time.hpp"
#include "server/storage/passkey.hpp"

namespace tfy::storage {

struct Person {
    std::string id;         // "prs_…"
    std::string name;       // never used again for another one
    std::string let_in_by;  // a person, or the identity provider that they came from, "https://…"; empty: the
                            // first person, who owns the state directory
    policy::Time enrolled = {};
    bool confirmed = false;  // by a second person, where there was one; until then they may only look
    std::optional<policy::Time> suspended = {};

    bool decides() const { return confirmed && !suspended; }
    bool came_from_provider() const { return let_in_by.find("://") != std::string::npos; }
    bool operator==(const Person&) const = default;
};

/// Whom a name that someone typed names.
struct NamedPerson {
    enum class Is { enrolled, suspended, slip, no_one };
    Is is = Is::no_one;
    std::string meant = {};  // slip: the person whom it nearly names
};
NamedPerson person_named(const std::vector<Person>& people, const std::string& name);

/// What a person shows to be known.
struct Credential {
    std::string id;  // "crd_…"
    std::string person;
    std::string kind;  // "passphrase", "passkey" or "oidc"
    std::string
        secret;  // passphrase: its argon2id hash; others are public: Passkey::kept(), ProviderPair::kept()
    policy::Time created = {};
};

/// How a person came to be enrolled.
enum class Enrolment { first, earlier_version, invitation, provider };

struct Invitation {
    std::string hash;    // of the code
    std::string person;  // whom it enrols
    std::string by;      // empty: it pairs the first person, while no one is enrolled
    policy::Time until = {};
};

/// Someone as an identity provider knows them: OpenID Connect's `iss` and `sub`.
struct ProviderPair {
    std::string issuer;
    std::string subject;

    std::string kept() const;
};

/// What a new person is known by: an argon2id hash of a passphrase, a pair of a provider, or a passkey that
/// was just made.
struct FirstCredential {
    FirstCredential(std::string passphrase_hash) : kept(std::move(passphrase_hash)) {}
    FirstCredential(const ProviderPair& pair) : kind("oidc"), kept(pair.kept()) {}
    FirstCredential(Passkey made, std::uint32_t count) : passkey(std::move(made)), sign_count(count) {}
    std::string_view kind = "passphrase";
    std::string kept = {};
    std::optional<Passkey> passkey = {};  // without its person
    std::uint32_t sign_count = 0;
};

/// What a person's suspension ended.
struct Ended {
    std::size_t sessions = 0;     // on the approvals page
    std::size_t codes = 0;        // to sign in
    std::size_t keys = 0;         // of their agents
    std::size_t grants = 0;       // of their clients
    std::size_t own_keys = 0;     // of their own to TrueFoundry, one a control plane
    std::size_t permissions = 0;  // standing ones that they gave
    std::size_t votes = 0;        // on requests that go on waiting
    std::size_t requests = 0;     // that they approved or their agents asked, and that no one had begun
    std::size_t invitations = 0;

    /// {"sessions": 1, …}
    Json json() const;
};

/// A sign-in at an identity provider that was begun on the page; used once.
struct ProviderSignIn {
    std::string sealed;  // what comes back; the rest follows from it, for the servers of the state directory
    std::string nonce;   // of OpenID Connect
    std::string verifier;  // of PKCE
    policy::Time until = {};
};

/// A signed-in browser. Its row is bound to the key keys/sessions.key, so that one that was slipped in is
/// none.
struct PageSession {
    std::string hash;  // of the page key
    std::string person;
    bool guest = false;  // by a code that a sandbox printed: the person need not be enrolled
    policy::Time until = {};
    policy::Time used = {};
    bool decides = false;  // as the person is now; not stored
};

/// Guesses at one person's passphrase.
struct Guesses {
    int wrong = 0;            // in a row
    policy::Time until = {};  // before then none is looked at

    /// After one more wrong one: from the fifth on a wait, which doubles from 30 seconds to 15 minutes.
    Guesses after_wrong(policy::Time now) const;
    /// Errc::rate_limited while that wait lasts.
    std::optional<Error> refusal(const std::string& name, policy::Time now) const;
};

}  // namespace tfy::storage
