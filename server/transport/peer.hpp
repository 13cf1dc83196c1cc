// A connected socket with one deadline at a time.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <span>
#include <string>

#include "server/transport/tls_channel.hpp"
#include "tools/async.hpp"

namespace tfy::transport {

/// No exception leaves its functions but that of a cancelled coroutine.
class Peer : public std::enable_shared_from_this<Peer> {
public:
    /// `session`: what is read and written goes through it; none for a plain connection.
    explicit Peer(boost::asio::ip::tcp::socket socket, std::unique_ptr<tls::Session> session = {});

    boost::asio::ip::tcp::socket& socket() { return socket_; }
    /// "127.0.0.1"; empty if the peer is gone already.
    const std::string& remote() const { return remote_; }

    /// From now on every operation on the socket ends after `limit`, with an error, until release().
    void allow(std::chrono::milliseconds limit);
    void release();
    /// True when the last allow() was not met.
    bool timed_out() const { return timed_out_; }

    /// Whether greet() has to be awaited first.
    bool wants_greeting() const { return tls_ != nullptr; }
    /// Shakes hands, within the deadline. If the peer came without TLS, the connection is plain from then on.
    Async<TlsChannel::Greeting> greet();

    /// How many bytes came; 0 at the end, at a deadline and when cancelled.
    Async<std::size_t> read_some(std::span<char> room);
    /// The peer sends no more. Whether it still reads is not known: to end the sending side and to close look
    /// the same until something is written.
    bool ended() const { return ended_; }
    /// Resumes when the connection is broken: reset, as it is where the peer has closed it and was written to
    /// then; at a deadline and when cancelled, too.
    Async<void> until_broken();
    /// False when the peer is gone, or takes nothing for `patience`. `bytes` are wiped; `more`, which goes
    /// out after them, holds no value.
    Async<bool> write(std::string bytes, std::chrono::milliseconds patience, std::string more);
    Async<bool> write(std::string bytes, std::chrono::milliseconds patience) {
        return write(std::move(bytes), patience, {});
    }
    /// Ends the sending side, then reads for a moment what the peer still sends: to close at once would make
    /// its system throw away the answer unread.
    Async<void> linger();
    void close();

private:
    using Moment = boost::asio::steady_timer::time_point;
    static constexpr Moment never = Moment::max();
    Async<bool> write_sealed(std::string_view bytes, std::chrono::milliseconds patience);
    void set_timer();

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<TlsChannel> tls_;  // none: plain
    Moment deadline_ = never;
    boost::asio::steady_timer timer_;  // rings at the deadline or before, and is then set to it
    Moment rings_ = never;
    std::string remote_;
    bool timed_out_ = false;
    bool ended_ = false;
};

}  // namespace tfy::transport
