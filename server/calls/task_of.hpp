// An approval as a task: what its client sees of it, in both dialects.
#pragma once

#include "protocol/task.hpp"
#include "protocol/version.hpp"
#include "server/calls/approval_answer.hpp"

namespace tfy::calls {

/// Whether calls of the tool with this definition may become tasks (`execution.taskSupport`).
bool may_be_task(const Json& definition);

struct TaskOptions {
    protocol::Version version = protocol::Version::v2026_07_28;
    bool client_decides =
        false;  // an answer of this client's person may decide: input_required while pending
    policy::Duration claim_window = {};  // in which an approved call waits for its client
};

/// pending, approved and executing are not over; withdrawn is cancelled; all else is completed, with the
/// result that the call is answered with. An error result is `failed` in 2025-11-25 only: later revisions
/// keep that word for JSON-RPC errors. Input requests are not filled in.
protocol::Task task_of(const policy::Approval& approval, const DecisionLinks& doors,
                       const TaskOptions& manner, policy::Time now, const policy::Seals& seal);

}  // namespace tfy::calls
