// The sandbox's own way to serve a connection: it can send half an answer, drip it, or reset, which the
// house's ordinary way (server/transport/connection.cpp) cannot and shall not.
#pragma once

#include "server/transport/connection.hpp"

namespace tfy::cli {

/// An answer and how it is to reach the client.
struct Delivery {
    enum class Manner {
        whole,
        half,   // half of the body, then the end of the connection
        drip,   // the body byte by byte, `drip` apart
        reset,  // nothing, and the connection is reset
    };
    transport::HttpResponse reply = {};
    Manner manner = Manner::whole;
    std::chrono::milliseconds delay{0};  // before the first byte
    std::chrono::milliseconds drip{0};
};

/// What answers. Called on the loop, and quick.
class SandboxHandler {
public:
    virtual ~SandboxHandler() = default;
    /// `target`: as it came, where the request's path is decoded.
    virtual Delivery handle(const transport::HttpRequest& request, std::string_view target) = 0;
    /// A request that was turned away before it could be handled: its method and target as they came.
    virtual void refused(std::string_view method, std::string_view target, int status) = 0;
    /// Of an answer to such a request.
    virtual std::string date() const = 0;
};

/// Checks heads as the house does (guard), and keeps to the limits of `rules`. `handler` outlives it.
std::shared_ptr<transport::Connection> make_sandbox_connection(boost::asio::ip::tcp::socket socket,
                                                               const transport::ConnectionRules& rules,
                                                               SandboxHandler& handler);

}  // namespace tfy::cli
