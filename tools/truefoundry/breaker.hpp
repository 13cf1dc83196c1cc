// Whether TrueFoundry is worth asking now: a circuit breaker as a value. Time is an argument.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace tfy::truefoundry {

/// Closed: everyone passes. After `silences_to_open` requests in a row without an answer it opens: no one
/// passes for a while. Then one request passes, the probe; its answer closes it, its silence opens it for
/// twice as long (a minute at most). Any answer closes it, also one that was asked for before it opened.
class Breaker {
public:
    using Instant = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::milliseconds;

    static constexpr int silences_to_open = 5;
    static constexpr Duration first_pause{5'000};
    static constexpr Duration longest_pause{60'000};

    enum class Pass { usual, probe };

    struct Refusal {
        Duration silent_for;  // since the first request of those without an answer failed
        Duration next_in;     // zero: the probe is under way
        std::string last;     // why the last one had no answer
    };

    /// Who passes says afterwards how it went, exactly once.
    std::variant<Pass, Refusal> admit(Instant now);
    void answered();
    void silent(Pass pass, Instant now, std::string why);
    /// Its sender left before anyone could tell.
    void left(Pass pass);

    bool closed() const { return !opens_again_; }

private:
    int silences_ = 0;  // in a row
    Instant silent_since_ = {};
    std::string last_ = {};
    std::optional<Instant> opens_again_ = {};  // for one; none: closed
    Duration pause_ = first_pause;
    bool probing_ = false;
};

}  // namespace tfy::truefoundry
