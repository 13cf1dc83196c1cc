// The doctor on the identity provider at which people sign in.
#pragma once

#include <optional>

#include "server/config/settings.hpp"
#include "server/doctor/doctor.hpp"
#include "tools/async.hpp"

namespace tfy::doctor {

/// Whether it can be asked, and is the one that --oidc-issuer names; nothing if people sign in without one,
/// or if a start would refuse these settings, which look_at_listen() tells.
std::optional<CheckResult> look_at_provider(const config::Settings& settings, const Clock& clock,
                                            bool offline);

}  // namespace tfy::doctor
