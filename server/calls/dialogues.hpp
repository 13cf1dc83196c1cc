// What the drivers of the dialogue share: what a client can do for its person, how a decision is taken, and
// how a call waits.
#pragma once

#include <optional>
#include <string>

#include "policy/dialogue/dialogue.hpp"
#include "server/approvals/approval_page.hpp"
#include "server/approvals/approvals.hpp"
#include "server/mcp/requester.hpp"
#include "server/observability/log.hpp"
#include "tools/tool.hpp"

namespace tfy::calls {

/// Whether a client's answer to a question says that its person declined or cancelled it.
bool turned_down(const Json& response);

class Dialogues {
public:
    /// All must outlive it.
    Dialogues(approvals::Approvals& desk, approvals::ApprovalPage& page, const Clock& clock,
              const observability::Log& log, policy::Duration hold);

    /// Why no one who could approve such a request can be reached from here, as a sentence; nothing if
    /// someone can.
    std::optional<std::string> unreachable(const policy::Terms& terms, const policy::Caller& caller);

    /// What the client can do for its person about this approval. A client that turns out not to answer is
    /// logged, once.
    Async<dialogue::ClientAbilities> client_of(policy::Approval approval, const mcp::Requester& requester);

    /// A question about it went out, to be answered while the approval is pending.
    void asked(const policy::Approval& approval, const mcp::Requester& requester);
    /// See dialogue::count.
    void count(const policy::Approval& approval, const mcp::Requester& requester,
               const dialogue::Event& event);

    /// The step after `event`, and never Decide: decisions are taken. `approval` is as it is afterwards. Only
    /// storage fails.
    Async<Result<dialogue::NextStep>> next(dialogue::Position& position,
                                           const dialogue::ClientAbilities& client,
                                           policy::Approval& approval, dialogue::Event event);

    /// Waits until the row is in another state, at most for the hold, with progress if it was asked for.
    Async<Result<policy::Approval>> hold(policy::Approval approval, mcp::Requester& requester);
    /// The same for a pending one. Says where a person can decide, and leads the person there if their client
    /// does not.
    Async<Result<policy::Approval>> hold_for_person(policy::Approval approval, mcp::Requester& requester);

    /// What was approved elsewhere than on the page has run, and its value may wait there: opens the person's
    /// browser, if this server does that.
    void open_for_value(const policy::Approval& approval, const tools::ToolResult& result);
    /// The same as a question to the client, if it opens addresses and no browser was opened.
    std::optional<Json> value_question(const policy::Approval& approval, const mcp::Requester& requester,
                                       const tools::ToolResult& result);
    /// Where a result leads the person, as a question to the client, if it opens addresses. Its answer says
    /// nothing of what the person does there.
    std::optional<Json> page_question(const mcp::Requester& requester, const tools::ToolResult& result);

private:
    bool is_silent(const mcp::Requester& requester);
    bool opens_addresses(const mcp::Requester& requester);
    Async<Result<dialogue::Event>> decide(const dialogue::Decide& decision, policy::Approval& approval);

    approvals::Approvals& desk_;
    approvals::ApprovalPage& page_;
    const Clock& clock_;
    const observability::Log& log_;
    policy::Duration hold_;
    dialogue::UnresponsiveClients clients_;
};

/// What a client that wants messages hears while its call waits.
Json waiting_note(const policy::Approval& approval);

}  // namespace tfy::calls
