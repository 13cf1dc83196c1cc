#include "server/transport/tls_channel.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <tuple>

#include "server/transport/as_result.hpp"
#include "server/transport/turn.hpp"

namespace tfy::transport {

namespace asio = boost::asio;
using State = tls::Session::State;

namespace {

constexpr std::size_t sealed_at_once = 8192;

/// Methods are written in capitals; no record of TLS begins with one.
bool is_plain_http(char first) { return first >= 'A' && first <= 'Z'; }

}  // namespace

TlsChannel::TlsChannel(asio::ip::tcp::socket& socket, std::unique_ptr<tls::Session> session)
    : socket_(socket),
      session_(std::move(session)),
      flushed_(socket.get_executor(), asio::steady_timer::time_point::max()) {}

Async<bool> TlsChannel::more() {
    std::array<char, sealed_at_once> sealed{};
    const auto [failure, count] = co_await socket_.async_read_some(asio::buffer(sealed), as_result);
    if (failure == asio::error::eof) ended_ = true;
    if (failure) co_return false;
    came_plain_ = !begun_ && is_plain_http(sealed.front());
    begun_ = true;
    session_->take({sealed.data(), count});
    co_return true;
}

Async<TlsChannel::Greeting> TlsChannel::greet() {
    for (;;) {
        const auto state = session_->shake_hands();
        const bool sent = co_await flush();
        if (!sent || state == State::failed || state == State::ended) co_return Greeting::none;
        if (state == State::good) co_return Greeting::good;
        const bool came = co_await more();
        if (!came) co_return Greeting::none;
        if (came_plain_) co_return Greeting::plain;
    }
}

// What was read is handed over before anything else is waited for: who is cancelled while it waits would
// lose it.
Async<std::size_t> TlsChannel::read_some(std::span<char> room) {
    for (;;) {
        const auto [state, count] = session_->read(room);
        if (count > 0) co_return count;
        if (state == State::ended) ended_ = true;
        const bool sent = co_await flush();
        if (!sent || state != State::wants_input) co_return 0;
        const bool came = co_await more();
        if (!came) co_return 0;
    }
}

Async<bool> TlsChannel::write(std::string_view plain) {
    if (!session_->write(plain)) co_return false;
    co_return co_await flush_in_turn();
}

Async<void> TlsChannel::end() {
    session_->end();
    std::ignore = co_await flush_in_turn();
}

Async<bool> TlsChannel::flush_in_turn() {
    while (flushing_) co_await flushed_.async_wait(as_result);
    co_return co_await flush();
}

Async<bool> TlsChannel::flush() {
    if (flushing_) co_return true;  // who sends takes along what has come
    const Turn turn(flushing_, flushed_);
    for (;;) {
        if (sent_ == sending_.size()) {
            sending_ = session_->output();
            sent_ = 0;
            if (sending_.empty()) co_return true;
        }
        const auto [failure, count] =
            co_await socket_.async_write_some(asio::buffer(sending_) + sent_, as_result);
        if (failure) co_return false;
        sent_ += count;
    }
}

void TlsChannel::end_now() {
    session_->end();
    const auto rest = sending_.substr(sent_) + session_->output();
    if (!rest.empty())
        std::ignore = ::send(socket_.native_handle(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace tfy::transport
