#include "policy/notice/retry.hpp"

#include <algorithm>

namespace tfy::policy {
namespace {

constexpr Duration shortest = std::chrono::seconds{1}, longest = std::chrono::minutes{5};
constexpr int most_doublings = 9;  // 2^9 s are more than five minutes

}  // namespace

Time next_attempt(int attempts, std::uint64_t random, Duration retry_after, Time now) {
    const auto doublings = std::clamp(attempts, 1, most_doublings);
    const auto most = std::min<Duration>(longest, shortest * (std::int64_t{1} << doublings));
    const auto choice =
        static_cast<std::int64_t>(random % static_cast<std::uint64_t>((most - shortest).count() + 1));
    return now + std::max(shortest + Duration{choice}, retry_after);
}

bool is_old_news(Webhook::Event event, Time happened, const Approval& approval, Time now) {
    if (now - happened > longest_retry) return true;
    return event == Webhook::Event::requested && lapse(approval, now).state != Approval::State::pending;
}

}  // namespace tfy::policy
