// The doctor on the issuer whose access tokens callers show.
#pragma once

#include <optional>

#include "server/config/settings.hpp"
#include "server/doctor/doctor.hpp"

namespace tfy::doctor {

/// Whether it names itself as --issuer does, and has keys that can be used; nothing if its tokens are not
/// taken, or if a start would refuse these settings, which look_at_listen() tells.
std::optional<CheckResult> look_at_issuer(const config::Settings& settings, bool offline);

}  // namespace tfy::doctor
