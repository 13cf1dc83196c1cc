// What the doctor looks at, one thing a function.
#pragma once

#include <memory>
#include <optional>

#include "policy/rule.hpp"
#include "server/config/settings.hpp"
#include "server/doctor/doctor.hpp"
#include "server/upstream/api_key.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::doctor {

using CheckResults = std::vector<CheckResult>;

/// What was not left as it is by default, and each setting that a start would refuse. The value of such a one
/// is taken out of `settings`: it may have been meant for another place.
CheckResults look_at_settings(const config::ReadSettings& read, std::vector<config::Setting>& settings);

/// What has no flag: address, key (never its value) and time limits.
std::vector<config::Setting> upstream_settings(const config::Upstream& upstream,
                                               const config::UpstreamLimits& limits);

/// Whether `serve` could listen there now.
CheckResult look_at_listen(const config::Settings& settings);

/// Whether the address that links begin with, the hosts that are served and --listen go together.
CheckResult look_at_public_url(const config::Settings& settings);

/// Is there, this user's, closed to others, with keys that can be used and room on its disk; and whether a
/// server can work there: everything that a start makes in a state directory is made in a folder of its own,
/// there or where the directory would be, and removed. With `sandbox`, its tokens, too.
CheckResults look_at_state(const std::filesystem::path& state_dir, const policy::Rules& rules, bool sandbox);

/// The rules as a server would read them, with their webhooks.
CheckResult look_at_rules(const config::ReadSettings& read, const std::string& file);

/// Address and key without asking, then what TrueFoundry answers. `exchange` is none where it cannot be
/// asked. `date` is what the answer's Date header says.
CheckResults look_at_upstream(const config::Upstream& upstream, const upstream::OwnKey& key,
                              truefoundry::Exchange* exchange, policy::Time now,
                              std::optional<policy::Time>& date, config::UpstreamLimits limits = {});

/// This machine's clock against a Date header ("Tue, 24 Nov 2026 12:00:00 GMT").
CheckResult look_at_clock(std::optional<policy::Time> theirs, policy::Time now);

/// What the rules ask of whoever approves, a transport a line, and whether anybody could: broken where nobody
/// could on either. Then whether `user` can decide in a terminal.
CheckResults look_at_approvals(const policy::Rules& rules, const std::filesystem::path& state_dir,
                               const std::string& user, policy::Time now);

/// Whether a server on stdio can open a browser for its person.
CheckResult look_at_page(bool display, bool open_browser, bool has_opener);

/// What `audit verify` says.
CheckResult look_at_journal(const std::filesystem::path& state_dir);

/// Hooks of known hosts that answer for their person, and keys that lie where agents look.
CheckResults look_at_agents(const std::filesystem::path& home, const std::filesystem::path& folder,
                            const config::Upstream& upstream);

}  // namespace tfy::doctor
