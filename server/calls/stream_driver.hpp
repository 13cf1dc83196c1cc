// The dialogue with a legacy client: each question is a request on the call's own stream, and the position is
// on the stack of the coroutine that waits for the answer.
#pragma once

#include "server/calls/dialogues.hpp"

namespace tfy::calls {

class StreamDriver {
public:
    StreamDriver(approvals::Approvals& desk, Dialogues& dialogues, const Clock& clock, policy::Duration hold)
        : desk_(desk), dialogues_(dialogues), clock_(clock), hold_(hold) {}

    enum class Of { call, task };
    /// Asks, and holds the call; a task's questions say to which task they belong, and its client waits by
    /// itself. The approval as it is afterwards.
    Async<Result<policy::Approval>> converse(policy::Approval approval, mcp::Requester& requester, Of of);

    /// Shows something that decides nothing, if the client can be asked, until it answers or the hold is
    /// over. Whether its person turned it down.
    Async<bool> show(mcp::Requester& requester, Json question);

private:
    Async<Result<dialogue::Event>> ask(policy::Approval& approval, mcp::Requester& requester, Json question);
    Async<void> tell_completion(const policy::Approval& approval, mcp::Requester& requester);

    approvals::Approvals& desk_;
    Dialogues& dialogues_;
    const Clock& clock_;
    policy::Duration hold_;
};

}  // namespace tfy::calls
