// How calls pass time: the seam that lets tests wait without waiting.
#pragma once

#include <chrono>
#include <functional>

#include "tools/async.hpp"

namespace tfy::truefoundry {

using Wait = std::function<Async<void>(std::chrono::milliseconds)>;

struct Timing {
    using Instant = std::chrono::steady_clock::time_point;

    Wait wait;
    std::function<Instant()> now;         // for lengths of time: no one sets it back
    std::function<policy::Time()> today;  // for what others write as a date

    /// A timer on the current loop, and this machine's clocks.
    static Timing real();
    /// Time that passes by waiting alone.
    static Timing of(Wait wait);
};

}  // namespace tfy::truefoundry
