// Instants as values: this room has no clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tfy::policy {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

/// RFC 3339 in UTC with milliseconds: "2026-11-23T12:00:00.000Z".
std::string format_time(Time time);
/// "2026-11-23 12:00 UTC", for people.
std::string format_time_for_people(Time time);
/// An RFC 3339 time (any offset, any fraction), a time without zone (read as UTC), or a date (midnight UTC).
/// nullopt for all else.
std::optional<Time> read_time(std::string_view text);
/// "45s", "15m", "12h", "90d". nullopt for all else, and for zero.
std::optional<Duration> read_duration(std::string_view text);
/// The two largest units: "2 days 3 hours", "14 minutes 59 seconds", "1 minute".
std::string format_duration(Duration duration);

}  // namespace tfy::policy
