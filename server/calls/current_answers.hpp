// What callers are told of their requests: what was written down, and what has become of it since.
#pragma once

#include <functional>
#include <string>

#include "policy/dialogue/dialogue.hpp"
#include "protocol/task.hpp"
#include "server/approvals/approval_page.hpp"
#include "server/approvals/approvals.hpp"
#include "server/calls/approval_answer.hpp"
#include "server/mcp/requester.hpp"

namespace tfy::calls {

class CurrentAnswers {
public:
    /// All must outlive it.
    CurrentAnswers(approvals::Approvals& desk, approvals::ApprovalPage& page, const Clock& clock)
        : desk_(desk), page_(page), clock_(clock) {}

    /// Brings what was written down up to date before it is told: its value may have been shown since, and
    /// the old token of a rotation deleted.
    using BringUpToDate =
        std::function<Async<void>(tools::ToolResult& outcome, const policy::Approval& approval)>;
    void tells_of_now(BringUpToDate bring_up_to_date) { bring_up_to_date_ = std::move(bring_up_to_date); }

    /// The command that enrols the first person, while no one could sign in or decide in a terminal; empty
    /// else.
    using FirstPerson = std::function<Async<std::string>()>;
    void tells_of_first_person(FirstPerson first_person) { first_person_ = std::move(first_person); }

    /// Of an outcome that has a value or a rotation.
    Async<void> bring_up_to_date(tools::ToolResult& outcome, const policy::Approval& approval);
    /// With an outcome that is up to date.
    Async<policy::Approval> as_it_is(policy::Approval approval);

    /// As status_answer() has it. An ended request is one that its caller was told of from here on.
    Async<tools::ToolResult> status(policy::Approval approval);
    /// The same as an answer of tools/call.
    Async<mcp::MethodResult> answer(policy::Approval approval, const mcp::Requester& requester);
    /// The same as the task of its client, without input requests. Leads the person to the page if nothing
    /// else does.
    Async<protocol::Task> task(policy::Approval approval, dialogue::ClientAbilities client);
    /// The task as the answer to the call that became it.
    Async<mcp::MethodResult> created_task(policy::Approval approval, dialogue::ClientAbilities client);

private:
    Async<DecisionLinks> links(policy::Approval approval, bool lead_person_there);

    approvals::Approvals& desk_;
    approvals::ApprovalPage& page_;
    const Clock& clock_;
    BringUpToDate bring_up_to_date_ = {};
    FirstPerson first_person_ = {};
};

/// A tool's result as the answer to tools/call, in the requester's revision.
mcp::MethodResult write_answer(tools::ToolResult result, protocol::Version version);

}  // namespace tfy::calls
