// How many credentials that do not hold come from where.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "policy/time.hpp"

namespace tfy::callers {

class BadCredentials {
public:
    static constexpr std::size_t a_minute = 10;

    /// One more from this network. The time until its next one counts anew, if there were too many.
    std::optional<std::chrono::seconds> note(const std::string& network, policy::Time now);

private:
    struct Minute {
        policy::Time begun;
        std::size_t count = 0;
    };
    std::map<std::string, Minute> networks_;  // bounded
};

}  // namespace tfy::callers
