// One write at a time, replies and event streams.
#include "server/transport/answer.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "policy/secret.hpp"
#include "server/transport/as_result.hpp"
#include "server/transport/turn.hpp"
#include "server/transport/wire.hpp"

namespace tfy::transport {

namespace asio = boost::asio;

namespace {

constexpr std::size_t worth_its_own_buffer = 8192;

Error misuse() { return {Errc::internal, "This request has been answered already; nothing was sent."}; }

}  // namespace

SocketAnswer::SocketAnswer(Peer& peer, Manner manner)
    : peer_(peer),
      manner_(manner),
      turn_(peer.socket().get_executor(), asio::steady_timer::time_point::max()),
      comment_(peer.socket().get_executor()) {}

// Sent when the loop has done what it had ready: the answers of many requests leave together, and a client on
// the same machine is woken once for all of them.
Async<Result<void>> SocketAnswer::reply(HttpResponse reply) {
    if (started()) co_return misuse();
    state_ = State::done;
    co_await asio::post(peer_.socket().get_executor(), asio::use_awaitable);
    auto bytes = wire::reply_head(reply, says_close());
    if (!reply.body || !manner_.body) co_return co_await put(std::move(bytes));
    const auto body = reply.body->text();
    if (reply.body->reveals() || body.size() < worth_its_own_buffer) {
        bytes.reserve(bytes.size() + body.size());  // never moved: it may hold a value
        bytes.append(body);
        co_return co_await put(std::move(bytes));
    }
    auto more = std::move(*reply.body).release();
    co_return co_await put(std::move(bytes), std::move(more));
}

Async<Result<void>> SocketAnswer::start_events(Headers extra) {
    if (started()) co_return misuse();
    state_ = State::streaming;
    if (!manner_.chunked) say_close();
    co_return co_await put(wire::events_head(extra, manner_.chunked, says_close()));
}

Async<Result<void>> SocketAnswer::event(redaction::Redacted data, std::string id) {
    co_return co_await put_event(wire::event(data.text(), id));
}

Async<Result<void>> SocketAnswer::hint(std::string id, std::optional<std::chrono::milliseconds> retry) {
    co_return co_await put_event(wire::hint(id, retry));
}

Async<Result<void>> SocketAnswer::put_event(std::string bytes) {
    if (state_ == State::done) co_return misuse();
    if (!started())
        if (const auto begun = co_await start_events(); !begun) co_return begun.error();
    const auto put = co_await put_part(bytes);
    policy::wipe(bytes);  // it may have held a value
    co_return put;
}

Async<Result<void>> SocketAnswer::end_events() {
    if (!streaming()) co_return misuse();
    state_ = State::done;
    std::string end(manner_.chunked ? wire::last_chunk : "");
    co_return co_await put(std::move(end));
}

Async<Result<void>> SocketAnswer::put_part(std::string_view bytes) {
    auto part =
        manner_.chunked ? wire::chunk(bytes) : std::string(bytes);  // gcc 12 destroys such a temporary twice
    co_return co_await put(std::move(part));
}

Async<Result<void>> SocketAnswer::put(std::string bytes) { return put(std::move(bytes), {}); }

Async<Result<void>> SocketAnswer::put(std::string bytes, std::string more) {
    while (writing_) co_await turn_.async_wait(as_result);
    const Error gone{Errc::closed, "The client has closed the connection."};
    if (broken_) co_return gone;
    const Turn turn(writing_, turn_);
    broken_ = true;  // until the last byte is out: half an event makes the stream useless
    if (!co_await peer_.write(std::move(bytes), manner_.patience, std::move(more))) co_return gone;
    broken_ = false;
    co_return Result<void>{};
}

void SocketAnswer::probe() {
    probing_ = true;
    comment_.cancel();
}

Async<void> SocketAnswer::keep_stream_alive() {
    for (;;) {
        comment_.expires_after(manner_.comment_interval);
        const auto [woken] = co_await comment_.async_wait(as_result);
        if (woken && !std::exchange(probing_, false)) co_return;
        if (!streaming() || writing_) continue;
        if (const auto put = co_await put_part(wire::keep_alive_comment); !put) co_return;
    }
}

}  // namespace tfy::transport
