// What happens at one desk, and others look at: open pages, and programs that have subscribed.
#pragma once

#include "server/approvals/approvals.hpp"
#include "server/mcp/subscriptions.hpp"
#include "server/reveals/locked_escrow.hpp"
#include "server/rotations/rotation_desk.hpp"
#include "server/upstream/accounts.hpp"

namespace tfy::app {

struct ChangeNews {
    reveals::LockedEscrow& reveals;
    rotations::RotationDesk& rotations;
    approvals::Approvals& approvals;
    upstream::Accounts& accounts;
    mcp::Subscriptions& subscriptions;
};

/// From here on. All must live as long as the desks that tell.
void tell_of_changes(ChangeNews news);

}  // namespace tfy::app
