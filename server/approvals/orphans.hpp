// Calls that a process began and did not live to end: after a crash each is settled by its tool, from what
// TrueFoundry lists and the ledger says. Nothing is ever done again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "server/approvals/approval_desk.hpp"
#include "server/observability/log.hpp"
#include "tools/catalog.hpp"

namespace tfy::server {

class Orphans {
public:
    struct Rooms {
        ApprovalDesk& desk;
        const tools::Catalog& catalog;
        const Log& log;
    };

    /// All must outlive it. `base_url` is where this process asks: a call that went to another control plane
    /// cannot be settled from here.
    Orphans(Rooms rooms, std::filesystem::path state_dir, std::string base_url);

    /// Executing, and the process that began it is no longer there. Asks the ledger alone. To be called
    /// before this process runs calls of its own.
    Async<Result<std::vector<policy::Approval>>> find();
    /// Ends it as succeeded, failed or unknown, journalled as "settled". Takes as long as upstream does;
    /// until then the row is executing, and whoever repeats the call waits for it as for any running call.
    /// Where several processes settle the same one, the first counts.
    Async<void> settle(policy::Approval orphan);

private:
    Async<Result<tools::ToolResult>> fate(policy::Approval orphan);

    Rooms rooms_;
    std::filesystem::path state_dir_;
    std::string base_url_;
};

}  // namespace tfy::server
