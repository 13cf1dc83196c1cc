// The second half of a rotation as the ledger keeps it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/access_tokens/rotations.hpp"

namespace tfy::storage {

struct RotationRow {
    access_tokens::Rotation rotation;
    std::string reveal_id;   // of the new token's value
    std::string principal;   // whose agent asked
    std::string base_url;    // the control plane that both tokens belong to
    std::string instance;    // the process that holds the value; later the one that deletes
    int tries = 0;           // DELETEs that were sent, each written down before it was
    policy::Time next = {};  // due: when it is looked at
    policy::Time created = {};
    std::int64_t revision = 0;  // what a change compares

    /// Whether it is about this old token.
    bool is_of(std::string_view control_plane, std::string_view old_id) const {
        return base_url == control_plane && rotation.plan.old_id() == old_id;
    }
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
    access_tokens::Successor made;
    std::string instance;
    policy::Time at = {};
};

/// The row that a rotation begins with: waiting for its value to be handed over.
inline RotationRow first_row(const access_tokens::RotationOrder& order, const RotationStart& start) {
    return {.rotation = {.id = start.id,
                         .approval_id = order.approval_id(),
                         .plan = order.plan(),
                         .new_id = start.made.id},
            .reveal_id = start.made.reveal_id,
            .principal = order.principal(),
            .base_url = order.base_url(),
            .instance = start.instance,
            .created = start.at};
}

}  // namespace tfy::storage
