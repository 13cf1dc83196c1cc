// One HTTP/1.1 connection from its first byte to its last.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "server/transport/guard.hpp"
#include "server/transport/listener.hpp"

namespace tfy::transport {

/// What all connections of a listener share; it outlives them.
struct ConnectionRules {
    ListenerOptions options;
    guard::Allowed allowed;
    HttpHandler handler;
};

/// All of it on one loop.
class Connection {
public:
    virtual ~Connection() = default;

    /// Serves requests until the connection ends.
    virtual Async<void> serve() = 0;
    /// Answers so and closes: there are too many.
    virtual Async<void> turn_away(guard::Rejection why) = 0;
    /// No further request: closes at once unless one has been read whole, or is being answered.
    virtual void drain() = 0;
    /// Closes now; a running handler is cancelled.
    virtual void cut() = 0;
};

std::shared_ptr<Connection> make_connection(boost::asio::ip::tcp::socket socket,
                                            const ConnectionRules& rules);

}  // namespace tfy::transport
