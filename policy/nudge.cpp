#include "policy/nudge.hpp"

#include <array>
#include <utility>

namespace tfy::policy {
namespace {

/// In the order in which they are told.
std::array<std::pair<Channel::Event, std::optional<Duration>>, 2> nudges_of(const Terms& terms) {
    return {
        {{Channel::Event::reminded, terms.remind_after}, {Channel::Event::escalated, terms.escalate_after}}};
}

}  // namespace

std::vector<Channel::Event> nudges_due(const Approval& approval, Time now) {
    std::vector<Channel::Event> due;
    if (lapse(approval, now).state() != Approval::State::pending) return due;
    for (const auto& [event, after] : nudges_of(approval.terms()))
        if (after && now >= approval.created + *after) due.push_back(event);
    return due;
}

std::optional<Time> next_nudge(const Approval& approval, Time now) {
    std::optional<Time> next;
    for (const auto& [event, after] : nudges_of(approval.terms())) {
        if (!after || approval.created + *after <= now) continue;
        if (!next || approval.created + *after < *next) next = approval.created + *after;
    }
    return next;
}

}  // namespace tfy::policy
