// Where a test kills the process: the steps of a changing call, by their names. Only in builds with
// TFY_FAILPOINTS; in what users run there is nothing of it.
#pragma once

#ifdef TFY_FAILPOINTS

namespace tfy::loop {

/// Ends this process on the spot, as kill -9 does, where the environment variable TFY_FAILPOINT is `step`, or
/// "step:N" and this is the N-th time that the process is here. One line on stderr tells it.
void failpoint(const char* step);

}  // namespace tfy::loop

#define TFY_FAILPOINT(step) ::tfy::loop::failpoint(step)

#else

#define TFY_FAILPOINT(step) static_cast<void>(0)

#endif
