// A socket's bytes through TLS, for one reader and one writer at the same time.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/tls/session.hpp"
#include "tools/async.hpp"

namespace tfy::transport {

/// Deadlines are the socket owner's: each operation ends when the socket's are cancelled. What was not sent
/// by then is sent before anything else.
class TlsChannel {
public:
    enum class Greeting {
        good,
        plain,  // the peer speaks HTTP without TLS: nothing was sent
        none,   // it is gone, was too slow, or does not speak TLS 1.2 or 1.3
    };

    /// `socket` must outlive it.
    TlsChannel(boost::asio::ip::tcp::socket& socket, std::unique_ptr<tls::Session> session);

    /// To be awaited before anything else.
    Async<Greeting> greet();
    /// As Peer's.
    Async<std::size_t> read_some(std::span<char> room);
    bool ended() const { return ended_; }
    /// At most tls::Session::most_at_once.
    Async<bool> write(std::string_view plain);
    /// Says that no more will be sent, and sends it.
    Async<void> end();
    /// The same without waiting, for a socket that is closed next: as much as it takes.
    void end_now();

private:
    /// False where the connection is broken, or was cancelled.
    Async<bool> flush();
    Async<bool> flush_in_turn();
    /// Takes what comes next; false at the end, too.
    Async<bool> more();

    boost::asio::ip::tcp::socket& socket_;
    std::unique_ptr<tls::Session> session_;
    std::string sending_;   // sealed; not moved while the socket reads from it
    std::size_t sent_ = 0;  // of it
    bool flushing_ = false;
    bool begun_ = false;
    bool came_plain_ = false;
    bool ended_ = false;
    boost::asio::steady_timer flushed_;  // cancelled when `flushing_` ends
};

}  // namespace tfy::transport
