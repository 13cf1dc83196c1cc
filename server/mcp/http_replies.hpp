// What both eras have in common over HTTP: refusals, Accept, and who asks.
#pragma once

#include "server/mcp/dispatch.hpp"
#include "server/transport/http.hpp"

namespace tfy::mcp {

/// A JSON-RPC error as the whole answer.
Async<void> refuse(transport::Responder& answer, const Dispatch& dispatch, int status,
                   std::optional<protocol::RequestId> id, Error error, bool legacy);

/// 202 without a body.
Async<void> accept_silently(transport::Responder& answer);

/// For a response or an error that the server waits for no more than it asked for it.
Error no_such_question();

/// Whether the sender takes this type, by itself or by "application/*" or "*/*". A request without an Accept
/// takes everything.
bool accepts(const transport::HttpRequest& request, std::string_view type);

/// Who sent the request, and the client by its own words.
policy::Caller caller_of(const transport::HttpRequest& request, const protocol::Implementation& client);

/// The way back to one POST of a client that takes no stream: the answer gets through, nothing else.
class AnswerOnly final : public transport::Outbox {
public:
    Async<Result<void>> send(redaction::Redacted) override { co_return Result<void>{}; }
    Async<Result<void>> expect_wait() override { co_return Result<void>{}; }
    bool streams() const override { return false; }
};

}  // namespace tfy::mcp
