#include "policy/notice/retry.hpp"

#include <algorithm>

namespace tfy::notice {
namespace {

constexpr policy::Duration shortest = std::chrono::seconds{1}, longest = std::chrono::minutes{5};
constexpr int most_doublings = 9;  // 2^9 s are more than five minutes

}  // namespace

policy::Time next_attempt(int attempts, std::uint64_t random, policy::Duration retry_after,
                          policy::Time now) {
    const auto doublings = std::clamp(attempts, 1, most_doublings);
    const auto most = std::min<policy::Duration>(longest, shortest * (std::int64_t{1} << doublings));
    const auto choice =
        static_cast<std::int64_t>(random % static_cast<std::uint64_t>((most - shortest).count() + 1));
    return now + std::max(shortest + policy::Duration{choice}, retry_after);
}

bool is_old_news(const Notice& notice, policy::Time now) {
    if (now - notice.at > longest_retry) return true;
    if (notice.token) return notice.token->expires <= now;
    return policy::asks_for_decision(notice.event) && notice.approval &&
           policy::lapse(*notice.approval, now).state() != policy::Approval::State::pending;
}

}  // namespace tfy::notice
