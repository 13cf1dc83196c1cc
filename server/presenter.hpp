// Brings a pending approval before a person, by what the asking client can do: form, address, question on the
// stream, or a wait.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "policy/sealed_state.hpp"
#include "protocol/tool.hpp"
#include "server/approval_desk.hpp"
#include "server/approval_text.hpp"
#include "server/mcp/requester.hpp"

namespace tfy::server {

/// Where the approvals page can be reached, opened when first needed.
class ApprovalPage {
public:
    virtual ~ApprovalPage() = default;
    /// The address of one approval; empty where there is no page. `lead_person_there`: the client cannot ask,
    /// so where a display is there the person's browser is opened, signed in, once for each approval.
    virtual Async<std::string> address(std::string approval_id, bool lead_person_there) = 0;
};

class Presenter {
public:
    Presenter(ApprovalDesk& desk, ApprovalPage& page, const Clock& clock, policy::SealKey key,
              policy::Duration hold);

    /// What a modern client's requestState said, once it is known to be ours, in time, and for this principal
    /// and call.
    struct Resumed {
        std::string approval_id;
        int attempt = 0;
    };
    /// Errc::invalid_params for anything else.
    Result<Resumed> open_state(std::string_view sealed, const policy::Call& call) const;

    /// One leg: an Answer where the client has to come back or give up, or the approval once it is no longer
    /// pending.
    using Leg = std::variant<Answer, policy::Approval>;
    Async<Result<Leg>> present(policy::Approval approval, Requester& requester,
                               const protocol::CallToolParams& params, int attempt);

    /// As an answer of tools/call: pending, denied, expired, withdrawn, or the stored outcome.
    Async<Answer> answer(policy::Approval approval, const Requester& requester);

    /// Waits while the row stays in `seen`, at most for the hold, with progress where it was asked for.
    Async<Result<policy::Approval>> hold(policy::Approval approval, Requester& requester);

private:
    Async<Result<Leg>> present_form(policy::Approval approval, Requester& requester,
                                    const protocol::CallToolParams& params, int attempt);
    Async<Result<Leg>> present_url(policy::Approval approval, Requester& requester,
                                   const protocol::CallToolParams& params, int attempt);
    Async<Result<Leg>> present_question(policy::Approval approval, Requester& requester);
    Async<Result<Leg>> present_wait(policy::Approval approval, Requester& requester);
    Async<Result<std::variant<std::string, policy::Approval>>> decide(policy::Approval approval,
                                                                      const Json& elicited);
    Answer ask(const policy::Approval& approval, const Requester& requester, Json params, int attempt) const;

    ApprovalDesk& desk_;
    ApprovalPage& page_;
    const Clock& clock_;
    policy::SealKey key_;
    policy::Duration hold_;
};

/// A tool's result as the answer to tools/call, in the requester's revision.
Answer write_answer(tools::ToolResult result, protocol::Version version);

}  // namespace tfy::server
