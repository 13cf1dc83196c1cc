// What the doctor looks at, one thing a function.
#pragma once

#include <memory>
#include <optional>

#include "policy/rule.hpp"
#include "server/cli/doctor.hpp"
#include "server/upstream/own_key.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::server {

using Findings = std::vector<Finding>;

/// Is there, writable, this user's, closed to others, with room on its disk. One that is not there yet is
/// made by the first start, where that can be.
Findings look_at_state(const std::filesystem::path& state_dir);

/// The rules as a server would read them, with their webhooks; put into `rules` where they can be used.
Finding look_at_rules(const std::string& file, std::optional<policy::Rules>& rules);

/// Address and key without asking, then what TrueFoundry answers. `exchange` is none where it cannot be
/// asked. `date` is what the answer's Date header says, empty where none.
Findings look_at_upstream(const Upstream& upstream, const OwnKey& key, truefoundry::Exchange* exchange,
                          policy::Time now, std::string& date, UpstreamLimits limits = {});

/// This machine's clock against a Date header ("Tue, 24 Nov 2026 12:00:00 GMT").
Finding look_at_clock(const std::string& date, policy::Time now);

/// What an approval proves, a transport a line, and whether `user` can decide in a terminal.
Findings look_at_approvals(const policy::Rules& rules, const std::filesystem::path& state_dir,
                           const std::string& user);

/// Whether a server on stdio can open a browser for its person.
Finding look_at_page(bool display, bool open_browser, bool has_opener);

/// What `audit verify` says.
Finding look_at_journal(const std::filesystem::path& state_dir);

/// Hooks of known hosts that answer for their person, and keys that lie where agents look.
Findings look_at_agents(const std::filesystem::path& home, const std::filesystem::path& folder,
                        const Upstream& upstream);

}  // namespace tfy::server
