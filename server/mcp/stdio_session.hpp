// One peer on one stream (stdio): both eras, many requests at a time, cancellation.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/mcp/dispatch.hpp"
#include "server/observability/log.hpp"
#include "server/transport/transport.hpp"

namespace tfy::mcp {

class StdioSession {
public:
    /// All must outlive the session. `caller` is who is behind the stream; `at_end` is
    /// called when its input has ended: no one should be waited for any more.
    StdioSession(boost::asio::io_context& loop, transport::Transport& transport, Dispatch& dispatch,
                 PendingRequests& questions, policy::Caller caller, const observability::Log& log,
                 std::function<void()> at_end);

    /// Serves until the peer's input ends, or it can no longer be answered; then detaches what is still
    /// waiting.
    Async<void> run();

private:
    struct InFlight {
        boost::asio::cancellation_signal cancel;
        bool cancelled = false;
    };
    /// What the requests' coroutines touch at their very end, which may come after the session's.
    struct Requests {
        explicit Requests(boost::asio::io_context& loop)
            : drained(loop, boost::asio::steady_timer::time_point::max()) {}
        void leave(const std::string& key);

        std::map<std::string, std::shared_ptr<InFlight>> in_flight = {};
        boost::asio::steady_timer drained;  // cancelled, that is rung, when the last request has ended
        LegacyState asked = {};             // what the legacy client has asked for since its handshake
    };

    Async<void> finish_in_flight();
    /// The answers to a batch (2025-03-26), which go out as one array when the last one is there.
    struct Batch {
        std::size_t open = 0;
        std::vector<redaction::Redacted> answers = {};
    };
    using SharedBatch = std::shared_ptr<Batch>;  // null: not part of one

    Async<void> accept_value(Json value);
    Async<void> accept_batch(Json array);
    Async<void> accept(protocol::Message message, SharedBatch batch);
    Async<void> accept_request(protocol::Request request, SharedBatch batch);
    void accept_notification(const protocol::Notification& notification);
    Result<protocol::ClientContext> context_of(const protocol::Request& request) const;
    Async<void> initialize(protocol::Request request);
    Async<void> serve(protocol::Request request, protocol::ClientContext context,
                      std::shared_ptr<InFlight> mine, SharedBatch batch);
    Async<std::optional<redaction::Redacted>> answer_of(Requester& requester, protocol::Request request,
                                                        std::shared_ptr<InFlight> mine);
    /// `message` null: this request is not answered.
    Async<void> deliver(std::optional<redaction::Redacted> message, SharedBatch batch);
    void end_unanswerable(const std::string& why);
    Async<void> refuse(const std::optional<protocol::RequestId>& id, const Error& error, bool legacy,
                       SharedBatch batch);
    Requester requester(protocol::ClientContext context);
    bool null_for_no_id() const;
    void begin(std::string key, std::shared_ptr<InFlight> mine, Async<void> work);
    void tell_changes();
    Async<void> tell_changes_until_end();

    boost::asio::io_context& loop_;
    transport::Transport& transport_;
    Dispatch& dispatch_;
    PendingRequests& pending_requests_;
    policy::Caller caller_;
    const observability::Log& log_;
    std::function<void()> at_end_;
    std::optional<protocol::ClientContext> legacy_;  // what `initialize` agreed on
    std::shared_ptr<Requests> requests_;
    bool over_ = false;  // no more requests are taken
};

/// "name version" of a client, for the approval and the journal; empty if it did not say.
std::string client_name(const protocol::Implementation& client);

/// The request that a notifications/cancelled names; nullopt for other notifications and for what names none.
std::optional<protocol::RequestId> cancelled_request(const protocol::Notification& notification);

}  // namespace tfy::mcp
