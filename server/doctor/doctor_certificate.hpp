// The doctor on the certificate of serve's own port.
#pragma once

#include <optional>

#include "server/config/settings.hpp"
#include "server/doctor/doctor.hpp"

namespace tfy::doctor {

/// When it ends, whether it names the host that people open, and who may read its key. Nothing if there is
/// none, or if a start would refuse it, which look_at_listen() tells.
std::optional<CheckResult> look_at_certificate(const config::Settings& settings, policy::Time now);

}  // namespace tfy::doctor
