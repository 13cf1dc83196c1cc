// The gate in force: swapped whole when the rules are read anew.
#pragma once

#include <atomic>
#include <memory>

#include "policy/gate.hpp"

namespace tfy::approvals {

/// Thread-safe. A caller that asks twice may get different rules: keep what now() gave where two
/// answers must agree.
class CurrentGate {
public:
    explicit CurrentGate(policy::Rules rules)
        : gate_(std::make_shared<const policy::Gate>(std::move(rules))) {}

    std::shared_ptr<const policy::Gate> now() const { return gate_.load(); }
    /// From here on every call is judged by these. A request that is open already keeps the terms that it
    /// was opened with: they are in its record.
    void replace(policy::Rules rules) { gate_.store(std::make_shared<const policy::Gate>(std::move(rules))); }

private:
    std::atomic<std::shared_ptr<const policy::Gate>> gate_;
};

}  // namespace tfy::approvals
