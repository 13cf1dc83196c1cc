// An exchange that does not ask a control plane which does not answer: see Breaker.
#pragma once

#include <memory>

#include "tools/truefoundry/exchange.hpp"
#include "tools/truefoundry/timing.hpp"

namespace tfy::truefoundry {

/// One breaker, shared by all that send through it; for one loop. What it does not let through is
/// Errc::upstream: nothing was sent, and when the next try is. No answer, and a proxy's 502, 503 or 504,
/// count as silence; all other answers close it. What changes something is never the probe: while it is not
/// closed a cheap read goes first.
std::unique_ptr<Exchange> guard(std::unique_ptr<Exchange> exchange, Timing pace = Timing::real());

}  // namespace tfy::truefoundry
