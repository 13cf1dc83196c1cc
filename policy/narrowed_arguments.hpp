// What people changed of a request since it was asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/approval.hpp"

namespace tfy::policy {

struct NarrowedArgument {
    std::string argument;    // by its path: "payload.name"
    std::string asked = {};  // empty: not given
    std::string now = {};
    std::string by = {};  // who changed it last
    policy::Time at = {};
};

/// Each argument that is no longer as the agent asked for it, in the page's order of arguments: the name, the
/// id, other names, the rest. Values as they are: show them with policy::shown().
std::vector<NarrowedArgument> narrowed_arguments(const policy::Approval& approval);

/// What the page calls an argument: "Expiration date" of "payload.expirationDate".
std::string label_of(std::string_view argument);

}  // namespace tfy::policy
