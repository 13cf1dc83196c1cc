// The doctor on what a decision is worth here, and on who could go round it.
#pragma once

#include "policy/rule.hpp"
#include "server/config/settings.hpp"
#include "server/doctor/doctor.hpp"

namespace tfy::doctor {

struct Deciding {
    bool sandbox = false;
    std::string page = "http://localhost";  // its origin
    config::CallersBy by = {};              // how `serve` knows its callers
    std::string rules_file = {};            // as it was named; empty: the built-in rules
    bool usable_state = true;               // else who is enrolled is not asked
};

/// What the rules ask of an approver, on stdio and over HTTP for the callers whom `serve` knows, and whether
/// anyone could: broken where no one could for any of them. Then who is enrolled, and whose passkeys cannot
/// be used at the page.
CheckResults look_at_approvals(const policy::Rules& rules, const std::filesystem::path& state_dir,
                               const std::string& user, policy::Time now, const policy::Seals& seal,
                               const Deciding& deciding = {});

/// Whether a server on stdio can open a browser for its person.
CheckResult look_at_page(bool display, bool open_browser, bool has_opener, bool usable_state = true);

/// Hooks of known hosts that answer for their person, and keys that lie where agents look.
CheckResults look_at_agents(const std::filesystem::path& home, const std::filesystem::path& folder,
                            const config::Upstream& upstream);

}  // namespace tfy::doctor
