// MCP over HTTP at /mcp: each POST is one message; both eras on the same address.
#pragma once

#include <functional>
#include <optional>

#include "server/mcp/legacy_http.hpp"
#include "server/transport/bearer.hpp"

namespace tfy::mcp {

class StreamableHttp {
public:
    /// All must outlive it. `key` seals legacy session ids, so that they survive a restart of the server.
    /// `challenge`: what a caller is told whose credential does not reach.
    StreamableHttp(Dispatch& dispatch, PendingRequests& questions, const Clock& clock, policy::SealKey key,
                   transport::bearer::Challenge challenge = {}, LegacyHttp::Timeouts patience = {});

    /// Told of a batch's messages beyond the first; the answer, if these are more than its caller may send.
    using BatchHook = std::function<std::optional<transport::guard::Rejection>(const policy::Caller& caller,
                                                                               std::size_t more)>;
    void on_batch(BatchHook hook) { batch_hook_ = std::move(hook); }

    /// POST: a message (2025-03-26: or a batch). GET: a legacy session's stream. DELETE: ends a legacy
    /// session. All else: 405.
    Async<void> handle(const transport::HttpRequest& request, transport::Responder& answer);

    /// How many requests asked for more than their caller's credential lets it ask for (403).
    std::uint64_t beyond_scope() const { return beyond_scope_; }

private:
    Async<void> answer_only_reads(transport::Responder& answer);
    bool exceeds(const policy::Caller& caller, const protocol::Message& message) const;
    Async<void> post(const transport::HttpRequest& http, transport::Responder& answer);
    Async<void> post_message(const transport::HttpRequest& http, protocol::Message message,
                             transport::Responder& answer);
    Async<void> post_modern(const transport::HttpRequest& http, protocol::Request request,
                            transport::Responder& answer);
    Async<void> serve(Requester& requester, protocol::Request request, transport::Responder& answer);

    Dispatch& dispatch_;
    transport::bearer::Challenge challenge_;
    LegacyHttp legacy_;
    std::uint64_t beyond_scope_ = 0;
    BatchHook batch_hook_ = {};
};

}  // namespace tfy::mcp
