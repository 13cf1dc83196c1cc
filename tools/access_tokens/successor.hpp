// What the successor of a token is called and how long it lives, where the call does not say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/redacted.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::access_tokens {

/// The name with a counter, the first one that none of `all` has: "ci-bot" gives "ci-bot-2", "ci-bot-2" gives
/// "ci-bot-3". A counter has three digits at the most, so that "backup-2026" gives "backup-2026-2". A name
/// that would get too long is cut before its counter. Errc::refused if no lawful name comes of it.
Result<truefoundry::TokenName> successor_name(const std::string& old_name,
                                              const std::vector<truefoundry::AccessToken>& all,
                                              const policy::Seals& seal);

/// As long a life as the old token was given, from `now`, in the one spelling that is sent; empty if it
/// never ends. One that ends with a day was given a number of days, and so is the new one. Errc::refused if
/// TrueFoundry does not tell how long that was.
Result<std::string> successor_expiration(const truefoundry::AccessToken& old, policy::Time now);

}  // namespace tfy::access_tokens
