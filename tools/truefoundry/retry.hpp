// When to try again, as a function of values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace tfy::truefoundry {

/// Of a GET, or of a DELETE whose token was read again meanwhile. A POST has one.
inline constexpr int most_tries = 3;

/// How long to wait after the try number `tried` (from 1): anything between nothing and a second, then two
/// (full jitter: many servers must not come back at one moment), and never before `retry_after` is over.
/// `random` is any number. nullopt if upstream asks to be left alone for more than a minute.
std::optional<std::chrono::milliseconds> pause(int tried, std::uint32_t random,
                                               std::optional<std::chrono::seconds> retry_after);

}  // namespace tfy::truefoundry
