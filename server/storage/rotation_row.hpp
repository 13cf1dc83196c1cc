// The second half of a rotation as the ledger keeps it.
#pragma once

#include <cstdint>
#include <string>

#include "tools/rotations.hpp"

namespace tfy::server {

struct RotationRow {
    tools::Rotation rotation;
    std::string reveal_id;   // of the new token's value
    std::string principal;   // whose agent asked
    std::string base_url;    // the control plane that both tokens belong to
    std::string instance;    // the process that holds the value; later the one that deletes
    int tries = 0;           // DELETEs that were sent, each written down before it was
    policy::Time next = {};  // due: when it is looked at
    policy::Time created = {};
    std::int64_t revision = 0;  // what a change compares
};

/// An old token for which `instance` is about to make a successor.
struct RotationReservation {
    std::string base_url;
    std::string old_id;
    std::string approval_id;
    std::string instance;
};

/// What a process knows when it begins one.
struct RotationStart {
    std::string id;
    tools::Successor made;
    std::string instance;
    policy::Time at = {};
};

}  // namespace tfy::server
