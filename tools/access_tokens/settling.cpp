#include "tools/access_tokens/settling.hpp"

#include <algorithm>

namespace tfy::access_tokens {
namespace {

using Duration = Settling::Duration;

constexpr Duration first_pause{500};
constexpr Duration longest_pause{5'000};
constexpr Duration least_for_a_look{5'000};

}  // namespace

Settling::Settling(Duration age, Duration max_time) : final_from_(0) {
    age = std::max(age, Duration{0});
    const auto lost = std::min(age, max_time);
    final_from_ = std::max(Duration{0}, std::max(max_time, lost + slack) - age);
}

Duration Settling::limit(Duration elapsed) const { return std::max(longest - elapsed, least_for_a_look); }

std::optional<Duration> Settling::pause(Duration elapsed, int looks) const {
    if (elapsed >= longest) return std::nullopt;
    const auto usual = std::min(longest_pause, first_pause * (1 << std::clamp(looks - 1, 0, 6)));
    auto next = std::min(elapsed + usual, longest);
    if (elapsed < final_from_) next = std::min(next, std::max(final_from_, elapsed + Duration{1}));
    return next - elapsed;
}

}  // namespace tfy::access_tokens
