// Whether a rule speaks of a call, key by key: the gate asks whether all do, an explanation which ones do
// not.
#pragma once

#include <string_view>

#include "policy/call.hpp"
#include "policy/rule.hpp"

namespace tfy::policy {

struct RuleMatch {
    bool tool = false;
    bool principal = false;
    bool client = false;
    bool name = false;
    bool when = false;  // also where the rule has no hours

    bool at_another_time() const { return tool && principal && client && name && !when; }
    bool all() const { return tool && principal && client && name && when; }
};

/// `subject` is the token's name, empty if there is none (matches only "*").
RuleMatch match(const Rule& rule, const Call& call, std::string_view subject, Time now);

}  // namespace tfy::policy
