// What both eras have in common over HTTP: refusals, Accept, and who asks.
#pragma once

#include "server/mcp/dispatch.hpp"
#include "server/transport/http.hpp"

namespace tfy::server {

/// A JSON-RPC error as the whole answer.
Async<void> refuse(HttpAnswer& answer, const Dispatch& dispatch, int status,
                   std::optional<protocol::RequestId> id, Error error, bool legacy);

/// 202 without a body.
Async<void> accept_silently(HttpAnswer& answer);

/// Whether the sender takes this type. Who sends no Accept takes everything.
bool accepts(const HttpRequest& request, std::string_view type);

/// Everybody who reaches the port is one principal.
policy::Caller http_caller(const protocol::Implementation& client);

/// The way back to one POST of a client that takes no stream: the answer gets through, nothing else.
class AnswerOnly final : public Outbox {
public:
    Async<Result<void>> send(policy::Redacted) override { co_return Result<void>{}; }
    Async<Result<void>> expect_wait() override { co_return Result<void>{}; }
    bool streams() const override { return false; }
};

}  // namespace tfy::server
