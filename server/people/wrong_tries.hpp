// How often something wrong was typed in place of a code.
#pragma once

#include <chrono>
#include <cstddef>

#include "policy/time.hpp"

namespace tfy::people {

/// Ten in a minute; more have to wait for its end. Who counts them lets a right code through all the same: no
/// one can lock a person out by guessing.
class WrongTries {
public:
    bool too_many(policy::Time now) const { return now - since_ < window && count_ >= allowed; }
    void note(policy::Time now) {
        if (now - since_ >= window) count_ = 0;
        if (count_++ == 0) since_ = now;
    }

private:
    static constexpr std::size_t allowed = 10;
    static constexpr std::chrono::minutes window{1};
    std::size_t count_ = 0;
    policy::Time since_ = {};
};

}  // namespace tfy::people
