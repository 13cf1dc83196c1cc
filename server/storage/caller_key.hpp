// A key that lets a program call this server, as the ledger keeps it.
#pragma once

#include <optional>
#include <string>

#include "policy/time.hpp"

namespace tfy::storage {

struct CallerKey {
    std::string id;           // "K7Q29FXM": the key's caller is "key:K7Q29FXM"
    std::string hash;         // of the whole key; the key itself is not kept
    std::string person;       // whose agent holds it
    std::string label;        // what it is for, in its maker's words; may be empty
    bool may_request = true;  // false: it reads, and asks for nothing that changes anything
    policy::Time created = {};
    policy::Time until = {};
    std::optional<policy::Time> revoked = {};
    std::optional<policy::Time> used = {};  // the last time, to the day

    bool holds(policy::Time now) const { return !revoked && now < until; }
};

}  // namespace tfy::storage
