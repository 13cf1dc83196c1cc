// The doctor on what is on this machine: state directory, rules, journal.
#pragma once

#include "server/config/settings.hpp"
#include "server/doctor/doctor.hpp"

namespace tfy::doctor {

/// Is there, this user's, closed to others, with keys that can be used and room on its disk; and whether a
/// server can work there: everything that a start makes in a state directory is made in a folder of its own,
/// there or where the directory would be, and removed. With `sandbox`, its tokens, too.
CheckResults look_at_state(const std::filesystem::path& state_dir, const policy::Rules& rules, bool sandbox);
/// What to do if it cannot be used, by why, in the system's words or ours: a full disk is no matter of
/// permissions.
std::string what_to_do(const std::string& why, std::string otherwise);

/// The rules as a server would read them, with their webhooks.
CheckResult look_at_rules(const config::ReadSettings& read, const std::string& file);

/// Standing permissions of earlier versions, which cover nothing; no finding if there are none.
CheckResults look_at_permissions(const std::filesystem::path& state_dir, policy::Time now);

/// What `audit verify` says. Without a `usable_state`, what to do is told there.
CheckResult look_at_journal(const std::filesystem::path& state_dir, bool usable_state = true);
/// For `serve --callers keys`: whether a program has a key that holds.
CheckResult look_at_caller_keys(const std::filesystem::path& state_dir, policy::Time now);

}  // namespace tfy::doctor
