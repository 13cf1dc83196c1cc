// Time of day as tests set it.
#pragma once

#include "tools/async.hpp"

namespace tfy::fakes {

class ManualClock final : public Clock {
public:
    explicit ManualClock(policy::Time now = policy::Time{std::chrono::sys_days{std::chrono::year{2026} / 11 /
                                                                               23} +
                                                         std::chrono::hours{12}})
        : now_(now) {}

    policy::Time now() const override { return now_; }
    void set(policy::Time now) { now_ = now; }
    void advance(policy::Duration by) { now_ += by; }

private:
    policy::Time now_;
};

}  // namespace tfy::fakes
