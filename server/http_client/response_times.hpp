// What headers say of time, as values.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "policy/time.hpp"

namespace tfy::http_client {

/// "Mon, 23 Nov 2026 12:00:00 GMT", and the other spellings of HTTP. nullopt for nothing and for nonsense.
std::optional<policy::Time> read_date(const std::string& header);

/// A Retry-After header: seconds or a date; a date in the past is 0, and ten years are the most. nullopt for
/// nothing and for nonsense.
std::optional<std::chrono::seconds> read_retry_after(const std::string& header, policy::Time now);

}  // namespace tfy::http_client
