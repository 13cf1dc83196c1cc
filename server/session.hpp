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

#include "server/dispatch.hpp"
#include "server/transport/transport.hpp"

namespace tfy::server {

class Session {
public:
    /// All must outlive the session. `caller` is who stands behind the stream; `at_end` is
    /// called when its input has ended: nobody should be waited for any more.
    Session(boost::asio::io_context& loop, Transport& transport, Dispatch& dispatch, Questions& questions,
            policy::Caller caller, const Log& log, std::function<void()> at_end);

    /// Serves until the peer's input ends, then detaches what is still waiting.
    Async<void> run();

private:
    struct InFlight {
        boost::asio::cancellation_signal cancel;
        bool cancelled = false;
    };

    Async<void> finish_in_flight();
    Async<void> accept(protocol::Message message);
    Async<void> accept_request(protocol::Request request);
    void accept_notification(const protocol::Notification& notification);
    Result<protocol::ClientContext> context_of(const protocol::Request& request) const;
    Async<void> initialize(protocol::Request request);
    Async<void> serve(protocol::Request request, protocol::ClientContext context,
                      std::shared_ptr<InFlight> mine);

    boost::asio::io_context& loop_;
    Transport& transport_;
    Dispatch& dispatch_;
    Questions& questions_;
    policy::Caller caller_;
    const Log& log_;
    std::function<void()> at_end_;
    std::optional<protocol::ClientContext> legacy_;  // what `initialize` agreed on
    std::map<std::string, std::shared_ptr<InFlight>> in_flight_;
    boost::asio::steady_timer drained_;  // cancelled, that is rung, when the last request has ended
};

/// "name version" of a client, for the approval and the journal; empty where it did not say.
std::string client_name(const protocol::Implementation& client);

}  // namespace tfy::server
