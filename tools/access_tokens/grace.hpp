// How long an old token still works after the new one's value was handed over.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/redacted.hpp"
#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::access_tokens {

/// If no one says otherwise: long enough to find out that a value did not arrive and to keep the old
/// token.
inline constexpr std::string_view default_grace = "15m";

/// The one spelling of "0s" to "7d": the largest unit that tells it exactly ("900s" is "15m"). Errc::refused
/// for all else.
Result<std::string> resolve_grace(std::string_view asked, const policy::Seals& seal);

/// What resolve_grace() gave, as a length of time; nullopt for what it did not give.
std::optional<policy::Duration> read_grace(std::string_view text);

}  // namespace tfy::access_tokens
