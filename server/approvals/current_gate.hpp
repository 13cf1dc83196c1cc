// The gate in force: swapped whole when the rules are read anew.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "policy/gate.hpp"

namespace tfy::approvals {

/// Thread-safe. A caller that asks twice may get different rules: keep what now() gave where two
/// answers must agree.
class CurrentGate {
public:
    /// `agent_fetches`: whether an agent can fetch a value here. If not, no rule lets a person choose that,
    /// but one that allows nothing else.
    explicit CurrentGate(policy::Rules rules, bool agent_fetches = true)
        : agent_fetches_(agent_fetches), gate_(gate_of(std::move(rules))) {}

    std::shared_ptr<const policy::Gate> now() const { return gate_.load(); }
    /// From here on every call is judged by these. A request that is open already keeps the terms that it
    /// was opened with: they are in its record.
    void replace(policy::Rules rules) { gate_.store(gate_of(std::move(rules))); }

private:
    std::shared_ptr<const policy::Gate> gate_of(policy::Rules rules) const {
        if (!agent_fetches_)
            for (auto& rule : rules.rules)
                if (rule.reveal.size() > 1) std::erase(rule.reveal, policy::Destination::agent);
        return std::make_shared<const policy::Gate>(std::move(rules));
    }

    const bool agent_fetches_;
    std::atomic<std::shared_ptr<const policy::Gate>> gate_;
};

}  // namespace tfy::approvals
