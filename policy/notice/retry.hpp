// When a notice that was not taken is sent again, and when no more.
#pragma once

#include <cstdint>

#include "policy/notice/notice.hpp"

namespace tfy::notice {

inline constexpr policy::Duration longest_retry = std::chrono::hours{24};  // after the event

/// Where it is tried again after `attempts` (1 and more) that failed: full jitter, from a second up to twice
/// as much each time, five minutes at most, but not before `retry_after`. `random` is any number.
policy::Time next_attempt(int attempts, std::uint64_t random, policy::Duration retry_after, policy::Time now);

/// No one needs to hear of it any more: a day is over, or what was asked is no longer to be decided.
bool is_old_news(const Notice& notice, policy::Time now);

}  // namespace tfy::notice
