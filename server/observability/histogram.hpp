// How long things took.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace tfy::observability {

/// Counts durations by the limits of its buckets. One loop: observing is a few comparisons and three
/// additions, without a lock or an allocation.
class Histogram {
public:
    /// In seconds: from an answer out of memory to a call that waited for a person. What is longer is only
    /// in count().
    static constexpr std::array limits{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0};

    void observe(std::chrono::duration<double> took) {
        const auto bucket = std::ranges::lower_bound(limits, took.count()) - limits.begin();
        if (bucket < std::ssize(limits)) ++buckets_[static_cast<std::size_t>(bucket)];
        ++count_;
        sum_ += took.count();
    }

    /// Those that took no longer than limits[bucket], and longer than the limit before it.
    std::uint64_t in_bucket(std::size_t bucket) const { return buckets_[bucket]; }
    std::uint64_t count() const { return count_; }
    double sum() const { return sum_; }

private:
    std::array<std::uint64_t, limits.size()> buckets_ = {};
    std::uint64_t count_ = 0;
    double sum_ = 0;
};

}  // namespace tfy::observability
