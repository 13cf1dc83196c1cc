// How often something may be done within a minute: for one person, and for all of them together.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <iterator>
#include <string>
#include <utility>

#include "policy/time.hpp"

namespace tfy::loop {

/// One loop only.
class FairTurns {
public:
    FairTurns(std::ptrdiff_t of_person, std::ptrdiff_t of_all) : of_person_(of_person), of_all_(of_all) {}

    /// One more; false if there were too many within the last minute.
    bool take(const std::string& person, policy::Time now) {
        constexpr std::chrono::minutes window{1};
        while (!taken_.empty() && taken_.front().first + window <= now) taken_.pop_front();
        const auto own = std::ranges::count(taken_, person, &std::pair<policy::Time, std::string>::second);
        if (own >= of_person_ || std::ssize(taken_) >= of_all_) return false;
        taken_.emplace_back(now, person);
        return true;
    }

private:
    std::ptrdiff_t of_person_;
    std::ptrdiff_t of_all_;
    std::deque<std::pair<policy::Time, std::string>> taken_ = {};  // within the last minute
};

}  // namespace tfy::loop
