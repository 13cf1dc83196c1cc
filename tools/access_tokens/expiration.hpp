// When a new token is to end: what people write, and the one spelling that is approved and sent.
#pragma once

#include <string>
#include <string_view>

#include "policy/redacted.hpp"
#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::access_tokens {

/// The only spelling of an expiry that is sent upstream: UTC with an explicit zone, whole seconds
/// ("2027-02-21T23:59:59.000Z").
std::string write_expiration(policy::Time time);

/// Reads a date ("2027-02-21": midnight UTC), an RFC 3339 time, or a number of days ("90 days", "90d": to the
/// end of that day in UTC, so that the same words mean the same all day, and never less than so many days).
/// Errc::refused for all else, for what is not in the future, and for what no four digits of a year can say.
Result<std::string> resolve_expiration(std::string_view asked, policy::Time now, const policy::Seals& seal);

}  // namespace tfy::access_tokens
