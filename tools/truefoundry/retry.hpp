// When to try again, as a function of values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "policy/time.hpp"

namespace tfy::truefoundry {

/// Of a GET, or of a DELETE whose token was read again meanwhile. A POST has one.
inline constexpr int most_tries = 3;

/// A Retry-After header: seconds, or an HTTP date ("Wed, 21 Oct 2026 07:28:00 GMT"; what lies behind is 0).
/// nullopt for nothing and for nonsense.
std::optional<std::chrono::seconds> read_retry_after(std::string_view header, policy::Time now);

/// How long to wait after the try number `tried` (from 1): anything between nothing and a second, then two
/// (full jitter: many servers must not come back at one moment), and never before `retry_after` is over.
/// `random` is any number. nullopt where upstream asks to be left alone for more than a minute.
std::optional<std::chrono::milliseconds> pause(int tried, std::uint32_t random,
                                               std::optional<std::chrono::seconds> retry_after);

}  // namespace tfy::truefoundry
