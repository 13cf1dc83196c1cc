// Rotations that are only written down here.
#pragma once

#include <vector>

#include "tools/access_tokens/rotations.hpp"

namespace tfy::fakes {

class FakeRotations final : public access_tokens::Rotations {
public:
    static inline const std::string rotation_id = "rot_" + std::string(26, 'a');

    Async<Result<void>> reserve(std::string approval_id, std::string old_id) override {
        if (open && open->plan.old_id() == old_id) co_return Error{Errc::conflict, "being rotated already"};
        reserved.push_back(std::move(approval_id));
        co_return Result<void>{};
    }
    Async<void> release(std::string approval_id) override {
        std::erase(reserved, approval_id);
        co_return;
    }
    Async<Result<access_tokens::Rotation>> begin(access_tokens::RotationOrder order,
                                                 access_tokens::Successor made) override {
        if (disk_full) co_return Error{Errc::storage, "disk full"};
        std::erase(reserved, order.approval_id());
        successors.push_back(made);
        orders.push_back(std::move(order));
        co_return access_tokens::Rotation{.id = rotation_id,
                                          .approval_id = orders.back().approval_id(),
                                          .plan = orders.back().plan(),
                                          .new_id = made.id};
    }

    Async<Result<std::optional<access_tokens::Rotation>>> under_way(std::string old_id) override {
        if (open && open->plan.old_id() != old_id) co_return std::optional<access_tokens::Rotation>{};
        co_return open;
    }

    std::optional<access_tokens::Rotation> open;
    bool disk_full = false;
    std::vector<std::string> reserved;  // approvals whose successor is being made
    std::vector<access_tokens::RotationOrder> orders;
    std::vector<access_tokens::Successor> successors;
};

}  // namespace tfy::fakes
