// What callers are told of their requests: what was written down, and what has become of it since.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "policy/dialogue/dialogue.hpp"
#include "protocol/task.hpp"
#include "server/approvals/approval_page.hpp"
#include "server/approvals/approvals.hpp"
#include "server/calls/approval_answer.hpp"
#include "server/mcp/requester.hpp"
#include "tools/access_tokens/rotations.hpp"
#include "tools/escrow.hpp"

namespace tfy::calls {

class CurrentAnswers {
public:
    /// All must outlive it.
    CurrentAnswers(approvals::Approvals& desk, approvals::ApprovalPage& page, const Clock& clock)
        : desk_(desk), page_(page), clock_(clock) {}

    /// Asked for what became of a value (tools::Escrow::fate), and of the old token of a rotation: what is
    /// told of them is true when it is told.
    using ValueFate =
        std::function<Async<Result<tools::EscrowState>>(std::string reveal_id, std::string principal)>;
    using RotationOf =
        std::function<Async<Result<std::optional<access_tokens::Rotation>>>(std::string approval_id)>;
    void asks_what_became(ValueFate of_value, RotationOf of_rotation) {
        fate_ = std::move(of_value);
        rotation_of_ = std::move(of_rotation);
    }
    /// With an outcome that says what has become of the value, and of the old token, since it was written
    /// down.
    Async<policy::Approval> as_it_is(policy::Approval approval);

    /// As status_answer() has it. An ended request is one that its caller was told of from here on.
    Async<tools::ToolResult> status(policy::Approval approval);
    /// The same as an answer of tools/call.
    Async<mcp::MethodResult> answer(policy::Approval approval, const mcp::Requester& requester);
    /// The same as the task of its client, without input requests. Leads the person to the page if nothing
    /// else does.
    Async<protocol::Task> task(policy::Approval approval, dialogue::Client client);
    /// The task as the answer to the call that became it.
    Async<mcp::MethodResult> created_task(policy::Approval approval, dialogue::Client client);

private:
    Async<DecisionLinks> links(policy::Approval approval, bool lead_person_there);
    Async<void> tell_fate(tools::ToolResult& outcome, const policy::Approval& approval);
    Async<void> tell_rotation(tools::ToolResult& outcome, const policy::Approval& approval);

    approvals::Approvals& desk_;
    approvals::ApprovalPage& page_;
    const Clock& clock_;
    ValueFate fate_ = {};
    RotationOf rotation_of_ = {};
};

/// A tool's result as the answer to tools/call, in the requester's revision.
mcp::MethodResult write_answer(tools::ToolResult result, protocol::Version version);

}  // namespace tfy::calls
