// A peer in the test itself: frames go in by push(), what the server sends is kept.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <string>
#include <vector>

#include "server/transport/transport.hpp"

namespace tfy::fakes {

class PipeTransport final : public transport::Transport {
public:
    explicit PipeTransport(boost::asio::io_context& loop)
        : bell_(loop, boost::asio::steady_timer::time_point::max()),
          reads_(loop, boost::asio::steady_timer::time_point::max()) {}

    /// The peer does not read what it is sent, until it does again.
    void stop_reading() { reading_ = false; }
    void read_on() {
        reading_ = true;
        reads_.cancel();
    }
    /// The peer can no longer be sent anything.
    void leave() { gone_ = true; }
    bool gone() const override { return gone_; }
    /// Frames that the server has not taken.
    std::size_t waiting() const { return frames_.size(); }

    void push(std::string frame) {
        frames_.push_back(std::move(frame));
        bell_.cancel();
    }
    void close() {
        closed_ = true;
        bell_.cancel();
    }
    void end_input() override { close(); }
    const std::vector<std::string>& sent() const { return sent_; }

    Async<Result<std::string>> receive() override {
        while (frames_.empty() && !closed_) {
            boost::system::error_code woken;
            co_await bell_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
        }
        if (frames_.empty()) co_return Error{Errc::closed, "the test closed the pipe"};
        auto frame = std::move(frames_.front());
        frames_.pop_front();
        co_return frame;
    }
    Async<Result<void>> send(redaction::Redacted message) override {
        while (!reading_) {
            boost::system::error_code woken;
            co_await reads_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
        }
        if (gone_) co_return Error{Errc::closed, "the test's peer has left"};
        sent_.emplace_back(message.text());
        co_return Result<void>{};
    }

private:
    boost::asio::steady_timer bell_;
    boost::asio::steady_timer reads_;
    bool reading_ = true;
    std::deque<std::string> frames_;
    std::vector<std::string> sent_;
    bool closed_ = false;
    bool gone_ = false;
};

}  // namespace tfy::fakes
