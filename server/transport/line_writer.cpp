// The queue behind stdout. It writes at once if it can; one coroutine of its own does the rest.
#include "server/transport/line_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <system_error>

#include "policy/secret.hpp"

namespace tfy::transport {

namespace asio = boost::asio;

LineWriter::LineWriter(asio::any_io_executor loop, int fd, std::size_t queue_limit)
    : loop_(std::move(loop)),
      out_(fd),
      writable_(loop_, out_.number(), system::Readiness::For::writing),
      limit_(queue_limit) {}

Async<Result<void>> LineWriter::write(std::string line, bool wiped) {
    if (!closed_.empty()) {
        if (wiped) policy::wipe(line);
        co_return state();
    }
    if (queued_ + line.size() > limit_) {
        close("The client has stopped reading: over " + std::to_string(limit_ >> 20U) +
              " MiB wait to be written.");
        if (wiped) policy::wipe(line);
        co_return state();
    }
    queued_ += line.size();
    queue_.push_back({std::move(line), wiped, nullptr});
    const auto self = shared_from_this();
    const auto number = settled_ + queue_.size();
    const auto sender = co_await asio::this_coro::cancellation_state;
    const auto goes_on = [&sender] { return sender.cancelled() == asio::cancellation_type::none; };
    // What else the loop has ready goes out with it.
    if (!writing_ && goes_on()) co_await asio::post(loop_, asio::use_awaitable);
    if (settled_ < number && !writing_ && !flush()) {
        writing_ = true;
        asio::co_spawn(loop_, keep_writing(self), asio::detached);
    }
    if (settled_ >= number) co_return state();

    const auto waiting = std::make_shared<Waiting>(loop_);
    queue_[number - settled_ - 1].sender = waiting;
    if (!waiting->outcome && goes_on())
        co_await waiting->over.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!waiting->outcome)
        co_return Error{Errc::cancelled, "No longer waited for; the message still goes out."};
    co_return *waiting->outcome;
}

Result<void> LineWriter::state() const {
    if (!closed_.empty()) return Error{Errc::closed, closed_};
    return {};
}

std::string_view LineWriter::next_bytes() {
    const auto& first = queue_.front();
    const auto left = std::string_view(first.bytes).substr(written_);
    if (first.wiped || queue_.size() == 1) return left;
    together_.assign(left);
    for (auto line = std::next(queue_.begin()); line != queue_.end() && !line->wiped; ++line) {
        if (together_.size() + line->bytes.size() > Descriptor::at_once) break;
        together_ += line->bytes;
    }
    return together_;
}

bool LineWriter::flush() {
    while (!queue_.empty()) {
        const auto step = out_.write(next_bytes());
        if (step.would_wait) return false;
        if (step.error != 0) {
            close("stdout: " + std::generic_category().message(step.error));
            return true;
        }
        written_ += step.bytes;
        while (!queue_.empty() && written_ >= queue_.front().bytes.size()) {
            const auto rest = written_ - queue_.front().bytes.size();
            settle_first({});
            written_ = rest;
        }
    }
    return true;
}

void LineWriter::settle_first(const Result<void>& outcome) {
    auto line = std::move(queue_.front());
    queue_.pop_front();
    ++settled_;
    queued_ -= line.bytes.size();
    if (line.wiped) policy::wipe(line.bytes);
    written_ = 0;
    if (!line.sender) return;
    line.sender->outcome = outcome;
    line.sender->over.cancel();
}

void LineWriter::close(std::string reason) {
    if (closed_.empty()) closed_ = std::move(reason);
    writable_.close();
    while (!queue_.empty()) settle_first(state());
}

Async<void> LineWriter::keep_writing(std::shared_ptr<LineWriter> self) {
    while (!self->flush()) {
        const bool ready = co_await self->writable_.wait();
        if (!ready) self->close("stdout cannot be waited for.");
    }
    self->writing_ = false;
}

}  // namespace tfy::transport
