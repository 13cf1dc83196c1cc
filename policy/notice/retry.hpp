// When a webhook that was not taken is sent again, and when no more.
#pragma once

#include <cstdint>

#include "policy/notice/notice.hpp"

namespace tfy::policy {

inline constexpr Duration longest_retry = std::chrono::hours{24};  // after the event

/// Where it is tried again after `attempts` (1 and more) that failed: full jitter, from a second up to twice
/// as much each time, five minutes at most, but not before `retry_after`. `random` is any number.
Time next_attempt(int attempts, std::uint64_t random, Duration retry_after, Time now);

/// Nobody needs to hear of it any more: a day is over, or what was asked is no longer to be decided.
bool is_old_news(Webhook::Event event, Time happened, const Approval& approval, Time now);

}  // namespace tfy::policy
