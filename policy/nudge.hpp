// When a request that no one decides on is told of again.
#pragma once

#include <vector>

#include "policy/approval.hpp"
#include "policy/channel.hpp"

namespace tfy::policy {

/// What its terms want told of a request by now: reminded, escalated, both or nothing. Nothing once it is
/// decided or its time is over. Who tells it sees to it that each is told once.
std::vector<Channel::Event> nudges_due(const Approval& approval, Time now);

/// When the next of them is due after `now`, if it still waits then.
std::optional<Time> next_nudge(const Approval& approval, Time now);

}  // namespace tfy::policy
