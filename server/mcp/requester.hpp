// The asking side of one request: who it is, what it can do, and the way back to it while it waits.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "policy/call.hpp"
#include "policy/redaction/reveal.hpp"
#include "protocol/meta.hpp"
#include "server/mcp/pending_requests.hpp"
#include "server/mcp/subscriptions.hpp"
#include "server/transport/transport.hpp"

namespace tfy::mcp {

/// What a legacy client has asked for beside its handshake. One loop.
struct LegacyState {
    protocol::LogLevel log_level = protocol::LogLevel::info;
    std::set<std::string> subscriptions = {};     // uris
    Subscriptions::Listener* listener = nullptr;  // while there is a stream that changes can be told on
};

struct Requester {
    protocol::ClientContext context;
    policy::Caller caller;
    transport::Outbox& outbox;              // lives as long as the request
    const sealing::Sealer& redaction;       // for what is sent before the answer
    PendingRequests* questions = nullptr;   // legacy clients that can be asked
    std::string session = {};               // of a legacy client
    LegacyState* legacy = nullptr;          // of a legacy client
    std::optional<double> progressed = {};  // the last value that was sent

    /// To pass on; none if it holds a token's value.
    policy::Trace trace() const;
    /// Sends notifications/progress, if the request asked for it. Progress grows with each: a value that
    /// does not is raised a little. Errc::closed if the peer is gone.
    Async<Result<void>> progress(double done, std::optional<double> total, std::string message);
    /// Sends notifications/message, if the request (modern) or the session (legacy) wants this level.
    Async<Result<void>> log(protocol::LogLevel level, std::string logger, Json data);
};

/// A result that is made only if it was not kept as it was sent.
struct Again {
    std::shared_ptr<const void> is;  // the same object: the same result
    std::function<Json()> make;
};

/// What a request is answered with, before it is sealed. A reveal's value goes in where `result` holds its
/// placeholder.
struct MethodResult {
    Json result = Json::object();
    std::string result_type = "complete";  // modern: or input_required, task
    std::optional<redaction::Reveal> reveal = {};
    std::optional<Again> again = {};   // in the place of `result`
    protocol::MemberOrder order = {};  // of the result's members, as people read them
};

}  // namespace tfy::mcp
