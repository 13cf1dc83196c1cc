// Reads, writes and deadlines on a socket.
#include "server/transport/peer.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "policy/secret.hpp"
#include "server/transport/as_result.hpp"

namespace tfy::transport {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
// A peer that is still sending when the connection is closed is told by a reset, upon which it may drop the
// answer unread: so more than the longest body is read, and dropped, first.
constexpr std::chrono::seconds linger_time{5};
constexpr std::size_t linger_bytes = std::size_t{8} * 1024 * 1024;

/// However a write ends: what was written may have held a value.
struct Wiped {
    explicit Wiped(std::string& what) : text(what) {}
    ~Wiped() { policy::wipe(text); }
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    std::string& text;
};
}  // namespace

Peer::Peer(tcp::socket socket, std::unique_ptr<tls::Session> session)
    : socket_(std::move(socket)), timer_(socket_.get_executor()) {
    if (session) tls_ = std::make_unique<TlsChannel>(socket_, std::move(session));
    boost::system::error_code ignored;
    const auto remote = socket_.remote_endpoint(ignored);
    if (!ignored) remote_ = remote.address().to_string();
    socket_.set_option(tcp::no_delay(true), ignored);
}

// A deadline moves with each read and write, mostly to a later moment: the timer need not follow it there.
void Peer::allow(std::chrono::milliseconds limit) {
    timed_out_ = false;
    deadline_ = Moment::clock::now() + limit;
    if (deadline_ < rings_) set_timer();
}

void Peer::set_timer() {
    rings_ = deadline_;
    timer_.expires_at(rings_);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
        const auto self = weak.lock();
        const auto now = Moment::clock::now();
        if (cancelled || !self || self->rings_ > now) return;  // or it was set anew while this was on its way
        self->rings_ = never;
        if (self->deadline_ == never) return;
        if (self->deadline_ > now) return self->set_timer();
        self->timed_out_ = true;
        boost::system::error_code ignored;
        self->socket_.cancel(ignored);
    });
}

void Peer::release() { deadline_ = never; }

Async<TlsChannel::Greeting> Peer::greet() {
    const auto greeting = co_await tls_->greet();
    if (greeting == TlsChannel::Greeting::plain) tls_.reset();
    co_return greeting;
}

// The end is told once: Asio's reactor would wait for a second one until the deadline.
Async<std::size_t> Peer::read_some(std::span<char> room) {
    if (ended_) co_return 0;
    if (tls_) {
        const auto opened = co_await tls_->read_some(room);
        ended_ = tls_->ended();
        co_return opened;
    }
    const auto [failure, count] =
        co_await socket_.async_read_some(asio::buffer(room.data(), room.size()), as_result);
    if (failure == asio::error::eof) ended_ = true;
    co_return failure ? 0 : count;
}

// Urgent data wakes this wait as well, and says nothing about the connection. It is taken away: while it is
// there, each further wait would end at once.
Async<void> Peer::until_broken() {
    for (;;) {
        pollfd state{socket_.native_handle(), 0, 0};
        if (::poll(&state, 1, 0) != 0) co_return;
        char urgent = 0;
        std::ignore = ::recv(state.fd, &urgent, 1, MSG_OOB | MSG_DONTWAIT);
        const auto [failure] = co_await socket_.async_wait(tcp::socket::wait_error, as_result);
        if (failure) co_return;
    }
}

Async<bool> Peer::write(std::string bytes, std::chrono::milliseconds patience, std::string more) {
    const Wiped afterwards(bytes);
    if (tls_) {
        const bool sent = co_await write_sealed(bytes, patience);
        if (!sent || more.empty()) co_return sent;
        co_return co_await write_sealed(more, patience);
    }
    std::size_t written = 0;
    while (written < bytes.size() + more.size()) {
        allow(patience);
        const std::array left{
            asio::buffer(std::as_const(bytes)) + written,
            asio::buffer(std::as_const(more)) + (written - std::min(written, bytes.size()))};
        const auto [failure, count] = co_await socket_.async_write_some(left, as_result);
        release();
        if (failure) co_return false;
        written += count;
    }
    co_return true;
}

Async<bool> Peer::write_sealed(std::string_view bytes, std::chrono::milliseconds patience) {
    bool sent = true;
    while (sent && !bytes.empty()) {
        const auto piece = bytes.substr(0, tls::Session::most_at_once);
        bytes.remove_prefix(piece.size());
        allow(patience);
        sent = co_await tls_->write(piece);
        release();
    }
    co_return sent;
}

Async<void> Peer::linger() {
    boost::system::error_code failure;
    if (tls_) {
        allow(linger_time);
        co_await tls_->end();
        release();
    }
    socket_.shutdown(tcp::socket::shutdown_send, failure);
    if (failure) co_return;
    std::array<char, 16'384> waste{};
    allow(linger_time);
    for (std::size_t total = 0; !ended_ && total < linger_bytes;) {
        const auto [over, count] = co_await socket_.async_read_some(asio::buffer(waste), as_result);
        if (over) break;
        total += count;
    }
    release();
}

void Peer::close() {
    boost::system::error_code ignored;
    timer_.cancel();
    if (tls_ && socket_.is_open()) tls_->end_now();
    socket_.close(ignored);
}

}  // namespace tfy::transport
