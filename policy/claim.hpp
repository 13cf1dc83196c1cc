// That a request is executing, durably.
#pragma once

#include <utility>

#include "policy/approval.hpp"

namespace tfy::storage {
class Ledger;
}

namespace tfy::policy {

/// Made by the store with the row that says "executing", and given out once that is committed: there is one
/// of it. Move-only.
class Claim {
public:
    Claim(Claim&&) noexcept = default;
    Claim& operator=(Claim&&) noexcept = default;

    const Approval& approval() const { return approval_; }

private:
    friend class storage::Ledger;
    friend struct ClaimForTests;  // defined in tests/fakes only
    explicit Claim(Approval executing) : approval_(std::move(executing)) {}

    Approval approval_;
};

}  // namespace tfy::policy
