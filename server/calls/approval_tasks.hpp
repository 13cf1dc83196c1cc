// Tasks: approvals seen by the client that asked. A task's id is its approval's id and gives no right: only
// the principal that asked sees it. They carry the dialogue, too: each question is an input request under a
// key of its own, and the position is kept by task.
#pragma once

#include <map>
#include <set>
#include <string>

#include "server/calls/call_tool.hpp"
#include "server/calls/drivers.hpp"
#include "server/mcp/features.hpp"

namespace tfy::calls {

/// What a person has approved runs when its client is there to receive it: on get() and result(), and while
/// it listens (ChangeWatch). Tasks survive a restart, because approvals do. One loop.
class ApprovalTasks final : public mcp::TaskFeature {
public:
    /// All must outlive it.
    ApprovalTasks(approvals::Approvals& desk, Drivers& drivers, CallTool& calls, const Clock& clock);

    Async<Result<protocol::Task>> get(mcp::Requester& requester, std::string id) override;
    /// An answer counts only under the key that its question has now, and once.
    Async<Result<void>> update(mcp::Requester& requester, protocol::UpdateTask update) override;
    /// Withdraws what has not begun to run. Acknowledged in every state; 2025-11-25 refuses it for what is
    /// over.
    Async<Result<void>> cancel(mcp::Requester& requester, std::string id) override;
    Async<Result<Listed>> list(mcp::Requester& requester, std::optional<std::string> cursor) override;
    /// Asks the client's person on this request's stream, if that may decide. Errc::closed when the server
    /// is about to stop: the task stays.
    Async<Result<mcp::MethodResult>> result(mcp::Requester& requester, std::string id) override;

private:
    /// A form that is with a client. Its text does not change under one key, not even its countdown: clients
    /// take another text under a known key for a breach of the protocol.
    struct Question {
        std::string key = {};  // empty: it was answered
        dialogue::Position position = {};
        policy::Time asked = {};
    };

    Async<Result<policy::Approval>> own(const mcp::Requester& requester, std::string id);
    Async<protocol::Task> with_question(policy::Approval approval, const mcp::Requester& requester);
    Question& question_about(const std::string& approval_id);
    Async<Result<approvals::Woken>> wait_on(policy::Approval approval, mcp::Requester& requester,
                                            policy::Time since);

    approvals::Approvals& desk_;
    Drivers& drivers_;
    CallTool& calls_;
    const Clock& clock_;
    const std::string process_;  // keys are never used again, also not after a restart
    std::size_t keys_ = 0;
    std::map<std::string, Question> questions_;  // by approval
    std::set<std::string> asking_;               // approvals that a stream of tasks/result asks about
};

}  // namespace tfy::calls
