// People who may decide, as the ledger keeps them.
#pragma once

#include <optional>
#include <string>

#include "policy/time.hpp"

namespace tfy::storage {

struct Person {
    std::string id;         // "prs_…"
    std::string name;       // never used again for another one
    std::string let_in_by;  // empty: the first person, who owns the state directory
    policy::Time enrolled = {};
    bool confirmed = false;  // by a second person, where there was one; until then they may only look
    std::optional<policy::Time> suspended = {};

    bool decides() const { return confirmed && !suspended; }
    bool operator==(const Person&) const = default;
};

/// What a person shows to be known.
struct Credential {
    std::string id;  // "crd_…"
    std::string person;
    std::string kind;    // "passphrase" or "passkey"
    std::string secret;  // passphrase: its argon2id hash; passkey: Passkey::kept(), which is public
    policy::Time created = {};
};

/// How a person came to be enrolled.
enum class Enrolment { first, earlier_version, invitation };

struct Invitation {
    std::string hash;    // of the code
    std::string person;  // whom it enrols
    std::string by;
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
};

}  // namespace tfy::storage
