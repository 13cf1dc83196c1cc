// Words that the tools share: text from others on one line, days, and how far away an instant is.
#pragma once

#include <string>
#include <string_view>

#include "policy/redacted.hpp"
#include "policy/time.hpp"

namespace tfy::tools {

/// Text from others, sealed whole, then safe to look at and without line breaks, cut at `limit` characters.
std::string one_line(const policy::Seals& seal, std::string_view text, std::size_t limit = 200);
/// "2026-11-23", in UTC.
std::string day(policy::Time time);
/// "in 90 days" by the calendar in UTC, "in 1 day 7 hours" within three days, "2 hours 3 minutes ago" for
/// what is over.
std::string distance(policy::Time time, policy::Time now);
/// The same for what has happened, by another clock: "just now" within five seconds either way.
std::string ago(policy::Time time, policy::Time now);
/// Until when that is what ago() says.
policy::Time ago_holds_until(policy::Time time, policy::Time now);
/// The same as distance() for what is read later: "90 days after this was asked", "2 hours before
/// this was asked".
std::string distance_from_asking(policy::Time time, policy::Time asked);
/// The same as ago() for what is read later: "just before this was asked".
std::string before_asking(policy::Time time, policy::Time asked);
/// The same in double quotes.
std::string in_quotes(const policy::Seals& seal, std::string_view text);

}  // namespace tfy::tools
