// MCP over HTTP at /mcp: each POST is one message; both eras on the same address.
#pragma once

#include <map>
#include <string>

#include "server/dispatch.hpp"
#include "server/transport/http.hpp"

namespace tfy::server {

class StreamableHttp {
public:
    /// All must outlive it. `key` seals legacy session ids, so that they survive a restart of the server.
    StreamableHttp(Dispatch& dispatch, Questions& questions, const Clock& clock, policy::SealKey key);

    /// POST: a message. DELETE: ends a legacy session. Everything else, GET too: 405.
    Async<void> handle(HttpRequest request, HttpAnswer& answer);

private:
    struct Legacy {
        std::string session;  // the sealed id
        protocol::ClientContext context;
    };

    Async<void> post(const HttpRequest& request, HttpAnswer& answer);
    Async<void> post_request(const HttpRequest& http, protocol::Request request, HttpAnswer& answer);
    Async<void> post_modern(const HttpRequest& http, protocol::Request request, HttpAnswer& answer);
    Async<void> post_legacy(const HttpRequest& http, protocol::Request request, HttpAnswer& answer);
    Async<void> initialize(protocol::Request request, HttpAnswer& answer);
    void cancel(const std::string& session, const protocol::Notification& notification);
    Async<void> serve(Requester& requester, protocol::Request request, HttpAnswer& answer);
    Async<void> end_session(const HttpRequest& request, HttpAnswer& answer);
    /// Errc::invalid_request without a session id (400), Errc::not_found for one that is over, or never was
    /// (404).
    Result<Legacy> session_of(const HttpRequest& request) const;
    Async<void> refuse(HttpAnswer& answer, int status, const std::optional<protocol::RequestId>& id,
                       Error error, bool legacy) const;

    Dispatch& dispatch_;
    Questions& questions_;
    const Clock& clock_;
    policy::SealKey key_;
    std::map<std::string, boost::asio::steady_timer*>
        in_flight_;  // legacy calls by session and id; ringing one cancels it
    std::map<std::string, policy::Time>
        ended_;  // sessions that were deleted, until they would have ended anyway
};

}  // namespace tfy::server
