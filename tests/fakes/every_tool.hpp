// Every tool, as the server assembles them, around what a test works with.
#pragma once

#include "tests/fakes/fake_rotations.hpp"
#include "tools/registry/assemble.hpp"

namespace tfy::fakes {

class NoApprovals final : public status::ApprovalLookup {
    Async<Result<policy::Approval>> find(std::string) override { co_return Error{Errc::not_found, "none"}; }
    Async<tools::ToolResult> answer(policy::Approval) override { co_return tools::ToolResult{}; }
};

struct EveryTool {
    EveryTool(truefoundry::Client& client, tools::Escrow& escrow, const Clock& clock)
        : catalog(registry::assemble({.clients = client,
                                      .escrow = escrow,
                                      .rotations = rotations,
                                      .approvals = approvals,
                                      .clock = clock})) {}
    EveryTool(const EveryTool&) = delete;
    EveryTool& operator=(const EveryTool&) = delete;

    FakeRotations rotations;
    NoApprovals approvals;
    registry::Catalog catalog;
};

}  // namespace tfy::fakes
