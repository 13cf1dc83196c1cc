// The dialogue with a modern client: each question is the answer to a call, and the position travels sealed
// in requestState until the client comes back with it.
#pragma once

#include <string_view>
#include <variant>

#include "policy/sealed_state.hpp"
#include "protocol/tool.hpp"
#include "server/calls/dialogues.hpp"

namespace tfy::calls {

class ModernDriver {
public:
    ModernDriver(Dialogues& dialogues, const Clock& clock, policy::SealKey key)
        : dialogues_(dialogues), clock_(clock), key_(key) {}

    /// What a requestState said, once it is known to be ours, in time, and for this principal and call.
    struct Resumed {
        std::string approval_id;
        dialogue::Position position = {};
    };
    /// Errc::invalid_params for anything else.
    Result<Resumed> open_state(std::string_view sealed, const policy::Call& call) const;

    /// One leg: a question that the client has to come back with, or the approval as it is now.
    using Leg = std::variant<mcp::MethodResult, policy::Approval>;
    Async<Result<Leg>> converse(policy::Approval approval, mcp::Requester& requester,
                                const protocol::CallToolParams& params, dialogue::Position position);
    /// A question (params of elicitation/create) as an answer. Who comes back goes on at `position`.
    mcp::MethodResult ask(const policy::Approval& approval, const mcp::Requester& requester, Json question,
                          const dialogue::Position& position);
    /// The same if no approval is asked for. Who comes back is answered, whatever they say.
    mcp::MethodResult lead(const policy::Call& call, Json question) const;
    /// Whether who comes back turned the question down.
    static bool was_turned_down(const protocol::CallToolParams& params);

private:
    mcp::MethodResult input_required(Json question, const Json& state) const;

    Dialogues& dialogues_;
    const Clock& clock_;
    policy::SealKey key_;
};

}  // namespace tfy::calls
