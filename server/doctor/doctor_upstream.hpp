// The doctor on TrueFoundry: the preflight of tfy_config_status, and the clock by what it answers.
#pragma once

#include <optional>

#include "server/config/config.hpp"
#include "server/doctor/doctor.hpp"
#include "server/upstream/api_key.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::doctor {

/// Address and key without asking, then what TrueFoundry answers. `exchange` is none if it cannot be
/// asked. `date` is what the answer's Date header says.
CheckResults look_at_upstream(const config::Upstream& upstream, const upstream::OwnKey& key,
                              truefoundry::Exchange* exchange, policy::Time now,
                              std::optional<policy::Time>& date, const policy::Seals& seal,
                              config::UpstreamLimits limits = {});

/// This machine's clock against a Date header ("Tue, 24 Nov 2026 12:00:00 GMT").
CheckResult look_at_clock(std::optional<policy::Time> theirs, policy::Time now);

}  // namespace tfy::doctor
