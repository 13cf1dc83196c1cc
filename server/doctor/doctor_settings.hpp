// The doctor on settings: as a start reads them.
#pragma once

#include <optional>

#include "server/config/settings.hpp"
#include "server/doctor/doctor.hpp"

namespace tfy::doctor {

/// What was not left as it is by default, and each setting that a start would refuse. The value of such a one
/// is taken out of `settings`: it may have been meant for another place.
CheckResults look_at_settings(const config::ReadSettings& read, std::vector<config::Setting>& settings);

/// What has no flag: address, key (never its value) and time limits.
std::vector<config::Setting> upstream_settings(const config::Upstream& upstream,
                                               const config::UpstreamLimits& limits);

/// Whether `serve` could listen there now. Nothing if it would not start because of the public URL, which
/// look_at_public_url() tells.
std::optional<CheckResult> look_at_listen(const config::Settings& settings);

/// Whose keys the file of --principals gives out; nothing where none is named.
CheckResults look_at_principals(const config::Settings& settings, const std::filesystem::path& state_dir,
                                bool has_key);

/// Whether the address that links begin with, the hosts that are served and --listen go together.
CheckResult look_at_public_url(const config::Settings& settings);

}  // namespace tfy::doctor
