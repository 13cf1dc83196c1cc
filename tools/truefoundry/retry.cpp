#include "tools/truefoundry/retry.hpp"

#include <algorithm>

namespace tfy::truefoundry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds longest{60};
constexpr milliseconds first_bound{1000};

}  // namespace

std::optional<milliseconds> pause(int tried, std::uint32_t random, std::optional<seconds> retry_after) {
    const auto least = retry_after.value_or(seconds{0});
    if (least > longest) return std::nullopt;
    const auto bound = first_bound * (1U << static_cast<unsigned>(std::clamp(tried, 1, 6) - 1));
    return least + milliseconds{random % (static_cast<std::uint32_t>(bound.count()) + 1)};
}

}  // namespace tfy::truefoundry
