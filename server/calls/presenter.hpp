// Brings a pending approval before a person, by what the asking client can do: task, form, address, question
// on the stream, or a wait.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "policy/dialogue/destination_offer.hpp"
#include "policy/dialogue/unresponsive_clients.hpp"
#include "policy/sealed_state.hpp"
#include "protocol/tool.hpp"
#include "server/approvals/approval_page.hpp"
#include "server/approvals/approvals.hpp"
#include "server/calls/approval_answer.hpp"
#include "server/mcp/requester.hpp"
#include "server/observability/log.hpp"
#include "tools/access_tokens/rotations.hpp"
#include "tools/escrow.hpp"

namespace tfy::calls {

class Presenter {
public:
    /// All must outlive it.
    Presenter(approvals::Approvals& desk, approvals::ApprovalPage& page, const Clock& clock,
              const observability::Log& log, policy::SealKey key, policy::Duration hold);

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

    /// What a modern client's requestState said, once it is known to be ours, in time, and for this principal
    /// and call.
    struct Resumed {
        std::string approval_id;
        std::string shown_digest;  // what the question was about
        int attempt = 0;
    };
    /// Errc::invalid_params for anything else.
    Result<Resumed> open_state(std::string_view sealed, const policy::Call& call) const;

    /// A retry of a call: the client has not left its person's question unanswered.
    void came_back(const mcp::Requester& requester, const std::string& approval_id);

    /// Why nobody who could approve such a request can be reached from here, as a sentence; nothing where
    /// somebody can.
    std::optional<std::string> unreachable(const policy::Terms& terms, const policy::Caller& caller);

    /// One leg: an Answer where the client has to come back or give up, or the approval once it is no longer
    /// pending.
    using Leg = std::variant<mcp::MethodResult, policy::Approval>;
    Async<Result<Leg>> present(policy::Approval approval, mcp::Requester& requester,
                               const protocol::CallToolParams& params, const Resumed& state);

    /// The approval as the task of its client, without input requests. Leads the person to the page where
    /// nothing else does.
    Async<protocol::Task> task(policy::Approval approval, const mcp::Requester& requester);
    /// The task as the answer to the call that became it.
    Async<mcp::MethodResult> created_task(policy::Approval approval, const mcp::Requester& requester);

    /// Whether an answer of this client's person to a form may decide.
    bool form_may_decide(const policy::Approval& approval, const mcp::Requester& requester);
    /// A form went out, its answer came in, or it was decided elsewhere, by another way than present(): for
    /// telling who does not answer.
    void asked(const policy::Approval& approval, const mcp::Requester& requester);
    void answered(const policy::Approval& approval, const mcp::Requester& requester);
    void settled(const policy::Approval& approval, const mcp::Requester& requester);
    /// What the client's answer to a form about `shown_digest` comes to: a sentence that says what to mend,
    /// or the approval as it is afterwards. Only storage fails.
    using Decided = std::variant<std::string, policy::Approval>;
    Async<Result<Decided>> decide(policy::Approval approval, const mcp::Requester& requester,
                                  std::string shown_digest, Json elicited);
    /// The form for this client's person: with the destinations that reach them, and what was wrong with
    /// their last answer.
    Json form(const policy::Approval& approval, const mcp::Requester& requester, policy::Time at,
              const std::string& problem = {});
    /// What was approved elsewhere than on the page has run, and its value may wait there: opens the person's
    /// browser, where this server does that.
    void open_for_value(const policy::Approval& approval, const tools::ToolResult& result);
    /// The same through the client, where it opens addresses and no browser was opened: an answer where the
    /// client has to come back for the result; else it has been asked, or need not be.
    Async<std::optional<mcp::MethodResult>> lead_to_value(policy::Approval approval,
                                                          mcp::Requester& requester,
                                                          const tools::ToolResult& result);

    /// Asks a legacy client's person on the request's own stream, by form or address; `of_task`: the question
    /// says to which task it belongs. The approval as it is afterwards; nullopt where this client cannot be
    /// asked.
    Async<Result<std::optional<policy::Approval>>> question(policy::Approval approval,
                                                            mcp::Requester& requester, bool of_task);

    /// Where it stands, as status_answer() has it. An ended request is one that its caller was told of from
    /// here on.
    Async<tools::ToolResult> status(policy::Approval approval);
    /// The same as an answer of tools/call.
    Async<mcp::MethodResult> answer(policy::Approval approval, const mcp::Requester& requester);

    /// Waits while the row stays in `seen`, at most for the hold, with progress where it was asked for.
    Async<Result<policy::Approval>> hold(policy::Approval approval, mcp::Requester& requester);

private:
    Async<Result<Leg>> present_form(policy::Approval approval, mcp::Requester& requester,
                                    const protocol::CallToolParams& params, const Resumed& state);
    Async<Result<Leg>> present_url(policy::Approval approval, mcp::Requester& requester,
                                   const protocol::CallToolParams& params, const Resumed& state);
    Async<Result<Leg>> present_question(policy::Approval approval, mcp::Requester& requester);
    Async<Result<std::optional<policy::Approval>>> question_form(policy::Approval approval,
                                                                 mcp::Requester& requester, bool of_task);
    Async<Result<std::optional<policy::Approval>>> question_url(policy::Approval approval,
                                                                std::string address,
                                                                mcp::Requester& requester, bool of_task);
    /// The client's answer, or the row where it was decided meanwhile; neither: it cannot be asked after all.
    struct Heard {
        std::optional<Json> answer = {};
        std::optional<policy::Approval> elsewhere = {};
    };
    Async<Result<Heard>> hear(policy::Approval approval, mcp::Requester& requester, Json params);
    Async<DecisionLinks> doors(policy::Approval approval, bool lead_person_there);
    bool is_silent(const mcp::Requester& requester);
    bool opens_addresses(const mcp::Requester& requester);
    dialogue::DestinationOffer offer_to(const policy::Approval& approval, const mcp::Requester& requester);
    Async<void> tell_fate(tools::ToolResult& outcome, const policy::Approval& approval);
    Async<void> tell_rotation(tools::ToolResult& outcome, const policy::Approval& approval);
    Async<void> tell_completion(policy::Approval approval, mcp::Requester& requester);
    Async<Result<Leg>> present_wait(policy::Approval approval, mcp::Requester& requester);
    mcp::MethodResult ask(const policy::Approval& approval, const mcp::Requester& requester, Json params,
                          int attempt);

    approvals::Approvals& desk_;
    approvals::ApprovalPage& page_;
    const Clock& clock_;
    const observability::Log& log_;
    policy::SealKey key_;
    policy::Duration hold_;
    ValueFate fate_ = {};
    RotationOf rotation_of_ = {};
    dialogue::UnresponsiveClients silent_;
};

/// A tool's result as the answer to tools/call, in the requester's revision.
mcp::MethodResult write_answer(tools::ToolResult result, protocol::Version version);

}  // namespace tfy::calls
