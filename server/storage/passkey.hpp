// Passkeys and their challenges, as the ledger keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::storage {

inline constexpr std::size_t longest_passkey_name = 64;  // bytes of what a person calls a device

/// All of it is public. The journal's record of the registration holds it too, and is enough to check a
/// signature later.
struct Passkey {
    std::string id;  // "crd_…", ours
    std::string person;
    std::string key_id;  // the authenticator's, as base64url
    int algorithm = 0;
    std::string public_key;  // as base64url
    std::string host;        // that it belongs to: "localhost"
    std::string name;        // that its person gave it
    std::string aaguid;      // as hex digits; zeros if the authenticator does not tell its model
    bool backup_eligible = false;
    policy::Time created = {};

    /// Without `id`, `person` and `created`.
    Json kept() const;
    /// nullopt for what kept() did not make.
    static std::optional<Passkey> read(const Json& kept);
};

/// What is to be signed, by whom, until then; used once.
struct PasskeyChallenge {
    std::string hash;  // policy::challenge_of(statement)
    std::string person;
    Json statement = nullptr;
    policy::Time until = {};
};

/// A passkey's signature on a challenge, both checked: what is left to be done with a decision.
struct PasskeyUse {
    std::string challenge;  // its hash
    std::string credential;
    std::uint32_t sign_count = 0;                   // that the authenticator tells now
    std::optional<policy::Time> sealed_until = {};  // the challenge was sealed, not kept: when its time ends
};

}  // namespace tfy::storage
