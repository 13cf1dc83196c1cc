// Whether a standing permission could ever count under the rules, and which one nearly did.
#pragma once

#include "policy/rule.hpp"
#include "policy/standing_permission.hpp"

namespace tfy::policy {

/// Why no call that `permission` speaks of could be covered by it under `rules` before it ends, as sentences
/// that say what would count; nothing if one could.
std::optional<std::string> cannot_count(const StandingPermission& permission, const Rules& rules, Time now,
                                        const Seals& seal);

/// Of a permission for this principal and this name that does not cover `fresh`: which one it is, and why.
/// Nothing for all others.
std::optional<std::string> nearly_covers(const StandingPermission& permission, const Approval& fresh,
                                         const KeyIdentity& with, Time now, const Seals& seal);

/// Adds to what the person is shown a fact for each that nearly covers `fresh`.
void tell_near_permissions(Approval& fresh, const std::vector<StandingPermission>& permissions,
                           const KeyIdentity& with, Time now, const Seals& seal);

/// Whether one text can match both patterns.
bool overlap(std::string_view one, std::string_view other);

/// Whether a caller could have a principal that matches it.
bool may_match_a_principal(std::string_view pattern);

}  // namespace tfy::policy
