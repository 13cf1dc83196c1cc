// Time that stands still until the test moves it, for the clock of day and for every timer of every loop; and
// randomness that begins anew from a seed. With both, a schedule of the same seed is the same schedule.
#pragma once

#include <cstdint>

#include "tests/fakes/manual_clock.hpp"

namespace tfy::model {

class VirtualTime {
public:
    VirtualTime();
    const Clock& clock() const { return clock_; }
    policy::Time now() const { return clock_.now(); }
    void advance(policy::Duration by);

private:
    fakes::ManualClock clock_;
};

/// Makes libsodium draw from a generator of ours. Once, before anything else uses it.
void take_over_randomness();
void seed_randomness(std::uint64_t seed);

}  // namespace tfy::model
