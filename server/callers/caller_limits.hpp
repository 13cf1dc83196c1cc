// How much one caller may ask, so that the others are served as ever.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "policy/time.hpp"

namespace tfy::callers {

class CallerLimits {
public:
    struct Most {
        std::size_t at_once = 32;
        std::size_t a_minute = 120;
    };

    /// One call that is carried out, for as long as this lives.
    class Turn {
    public:
        Turn() = default;  // of who is not limited
        Turn(Turn&& other) noexcept : limits_(std::exchange(other.limits_, nullptr)), place_(other.place_) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn();

    private:
        friend class CallerLimits;
        using Place = std::map<std::string, std::size_t, std::less<>>::iterator;
        Turn(CallerLimits& limits, Place place) : limits_(&limits), place_(place) {}

        CallerLimits* limits_ = nullptr;
        Place place_ = {};
    };

    explicit CallerLimits(Most most) : most_(most) {}
    CallerLimits(const CallerLimits&) = delete;
    CallerLimits& operator=(const CallerLimits&) = delete;

    /// `count` more requests of a principal. If there were too many within a minute: the time until the next
    /// one counts anew.
    std::optional<std::chrono::seconds> note(const std::string& principal, policy::Time now,
                                             std::size_t count = 1);
    /// Nothing if as many of this principal's calls are carried out as may be. A turn must not outlive this.
    std::optional<Turn> begin(const std::string& principal);

private:
    struct Minute {
        policy::Time begun;
        std::size_t count = 0;
    };
    std::map<std::string, Minute> minutes_;                 // old ones are dropped when there are many
    std::map<std::string, std::size_t, std::less<>> open_;  // calls, of those who have any
    Most most_;
};

}  // namespace tfy::callers
