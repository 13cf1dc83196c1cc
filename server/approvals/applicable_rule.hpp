// Under which rule a call is asked for: its own, and those of everything else that it does.
#pragma once

#include <string>
#include <vector>

#include "policy/gate.hpp"
#include "tools/tool.hpp"

namespace tfy::approvals {

/// A refusal for the agent: whose rule it is, its own words, and that nothing was done.
std::string words(const policy::Denial& refusal);

/// The rule of `ask`, made stricter by those that each of the call's parts would be asked for under.
/// Errc::denied if one of them is refused, or if no one could satisfy all.
Result<policy::Rule> applicable_rule(const policy::Gate& gate, const policy::Ask& ask,
                                     const std::vector<tools::ChangeTool::Part>& parts, policy::Time now);

}  // namespace tfy::approvals
