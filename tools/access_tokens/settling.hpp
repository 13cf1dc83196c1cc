// When to look again at what became of a create or delete whose answer no one has, and from when on a listing
// tells it for good. Pure: it knows lengths of time only.
#pragma once

#include <optional>

#include "policy/time.hpp"

namespace tfy::access_tokens {

/// A request whose answer was lost may still be running inside TrueFoundry: for what it would change, "not
/// yet" and "never" look the same. So no change is final only once the request's own whole time limit has
/// passed since it began, and `slack` since its answer was lost. A change that is seen is final at once.
class Settling {
public:
    using Duration = policy::Duration;

    static constexpr Duration slack{5'000};
    static constexpr Duration longest{30'000};  // the last look begins then; what is open is unknown

    /// `age`: how long ago the request was begun, at the least. `max_time`: its own whole time limit. Where
    /// the loss was, within these, is not known: it counts as being now.
    Settling(Duration age, Duration max_time);

    /// Whether what was read in a look that began at `elapsed` since settling began is so for good.
    bool is_final(Duration elapsed) const { return elapsed >= final_from_; }
    /// How long one look may take.
    Duration limit(Duration elapsed) const;
    /// After `looks` looks, the wait before the next one: half a second, twice as long each time, five
    /// seconds at most, and never past the moment from which a look is final. nullopt: no more.
    std::optional<Duration> pause(Duration elapsed, int looks) const;

private:
    Duration final_from_;
};

}  // namespace tfy::access_tokens
