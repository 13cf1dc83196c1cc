// What an error says, as a finding.
#pragma once

#include "server/doctor/doctor.hpp"

namespace tfy::doctor {

/// Our errors say what failed, what was not done ("Nothing was run."), and what to do, in this order: the
/// first is why, the last is what to do, or `otherwise` if the error does not say.
CheckResult finding_of(CheckResult::Level level, std::string what, const std::string& message,
                       std::string otherwise);
/// Why alone, for a finding that has advice of its own.
std::string reason_of(const std::string& message);

}  // namespace tfy::doctor
