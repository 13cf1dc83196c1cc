#include "server/mcp/event_stream.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <functional>

namespace tfy::mcp {

namespace asio = boost::asio;

EventStream::EventStream(const asio::any_io_executor& loop, std::string id, bool primed)
    : id_(std::move(id)), primed_(primed), bell_(loop, asio::steady_timer::time_point::max()) {}

std::string EventStream::event_id(std::uint64_t number) const { return id_ + "_" + std::to_string(number); }

std::optional<std::pair<std::string, std::uint64_t>> EventStream::read_event_id(std::string_view text) {
    const auto bar = text.rfind('_');
    if (bar == std::string_view::npos) return std::nullopt;
    std::uint64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data() + bar + 1, end, number);
    if (failure != std::errc() || rest != end) return std::nullopt;
    return std::pair{std::string(text.substr(0, bar)), number};
}

void EventStream::ring() { bell_.cancel(); }

Async<void> EventStream::news() {
    boost::system::error_code woken;
    co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

// The oldest go first, and only those that were handed to a connection once.
bool EventStream::make_room(std::size_t bytes) {
    while (!events_.empty() && (events_.size() >= most_kept || bytes_ + bytes > most_bytes)) {
        if (events_.front().number > written_) return false;
        bytes_ -= events_.front().message.text().size();
        events_.pop_front();
    }
    return true;
}

Async<Result<void>> EventStream::send(redaction::Redacted message) {
    co_return co_await send_once(std::move(message), std::nullopt);
}

Async<Result<void>> EventStream::send_once(redaction::Redacted message,
                                           std::optional<redaction::Redacted> if_lost) {
    begun_ = true;
    if (finished_) co_return Error{Errc::closed, "This stream has ended."};
    if (!make_room(message.text().size()))
        co_return Error{Errc::closed,
                        "The client does not read what it was sent; too much is waiting for it."};
    bytes_ += message.text().size();
    events_.push_back({++last_, std::move(message), std::move(if_lost)});
    ring();
    co_return Result<void>{};
}

Async<Result<void>> EventStream::expect_wait() {
    begun_ = true;
    ring();
    co_return Result<void>{};
}

void EventStream::suspend(std::chrono::milliseconds retry) {
    begun_ = true;
    suspended_ = Suspension{retry, last_};
    ring();
}

void EventStream::finish() {
    finished_ = true;
    ring();
}

Async<void> EventStream::until_begun() {
    while (!begun_ && !finished_) co_await news();
}

// The next event, and its number in `next`. A revealed value is written once: it does not stay here, and it
// is not written again.
std::optional<redaction::Redacted> EventStream::take(std::uint64_t& next) {
    const auto found = std::ranges::find_if(events_, [&](const Event& each) { return each.number >= next; });
    if (found == events_.end()) return std::nullopt;
    next = found->number;
    written_ = std::max(written_, next);
    if (!found->message.reveals()) return found->message;
    std::optional<redaction::Redacted> once = std::move(found->message);
    bytes_ -= once->text().size();
    if (!found->if_lost) {
        events_.erase(found);
        return once;
    }
    found->message = std::move(*found->if_lost);
    found->if_lost.reset();
    bytes_ += found->message.text().size();
    return once;
}

Async<EventStream::End> EventStream::write_to(transport::Responder& answer, std::uint64_t after) {
    const auto mine = ++calls_;
    attached_ = mine;
    ring();
    // The connection may end by an exception: its handler is cancelled when the peer goes.
    const std::unique_ptr<EventStream, std::function<void(EventStream*)>> leave(
        this, [mine](EventStream* stream) {
            if (stream->attached_ == mine) stream->attached_ = 0;
        });
    if (const auto begun = co_await answer.start_events(); !begun) co_return End::peer_gone;
    if (primed_ && after == 0)
        if (const auto primed = co_await answer.hint(event_id(0), std::nullopt); !primed)
            co_return End::peer_gone;
    for (auto next = after + 1;; ++next) {
        std::optional<redaction::Redacted> message;
        while (attached_ == mine && !message) {
            if (!suspended_ || next <= suspended_->after) message = take(next);
            if (message || suspended_ || finished_) break;
            co_await news();
        }
        if (!message) break;
        auto id = event_id(next);
        if (const auto sent = co_await answer.event(std::move(*message), std::move(id)); !sent)
            co_return End::peer_gone;
    }
    const auto end = attached_ != mine ? End::replaced : suspended_ ? End::suspended : End::finished;
    if (end == End::suspended) {
        const auto [retry, after_all] = *suspended_;
        suspended_.reset();
        co_await answer.hint(event_id(after_all), retry);
    }
    co_await answer.end_events();
    co_return end;
}

}  // namespace tfy::mcp
