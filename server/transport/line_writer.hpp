// Lines out on a descriptor, whole and in order, no matter who asks and who stops waiting.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/system/readiness.hpp"
#include "server/transport/descriptor.hpp"

namespace tfy::transport {

class LineWriter : public std::enable_shared_from_this<LineWriter> {
public:
    LineWriter(boost::asio::any_io_executor loop, int fd, std::size_t queue_limit);

    /// Resumes when the line has gone out. A line that was taken goes out whole even where its sender is
    /// cancelled meanwhile. Errc::closed if no one reads any more, or where more than the limit is waiting
    /// already. One that holds a value (`wiped`) is wiped as soon as it is out.
    Async<Result<void>> write(std::string line, bool wiped = true);
    /// Nothing waits to be written.
    bool all_written() const { return queue_.empty(); }
    /// What is written from now on is known to reach no one.
    bool is_unread() const { return !closed_.empty() || out_.is_unread(); }
    /// What has not gone out is dropped; its senders get Errc::closed.
    void close(std::string reason);

private:
    struct Waiting {
        explicit Waiting(const boost::asio::any_io_executor& loop)
            : over(loop, boost::asio::steady_timer::time_point::max()) {}
        boost::asio::steady_timer over;  // cancelled when the line is out, or never will be
        std::optional<Result<void>> outcome;
    };
    struct Line {
        std::string bytes;
        bool wiped;
        std::shared_ptr<Waiting> sender;  // null while its sender has not begun to wait
    };

    /// Lines that hold no value go out together, as many as fit.
    std::string_view next_bytes();
    /// True when nothing is left to write, be it because the peer is gone.
    bool flush();
    void settle_first(const Result<void>& outcome);
    Result<void> state() const;
    static Async<void> keep_writing(std::shared_ptr<LineWriter> self);

    boost::asio::any_io_executor loop_;
    Descriptor out_;
    system::Readiness writable_;
    std::size_t limit_;
    std::deque<Line> queue_;
    std::size_t queued_ = 0;   // bytes in the queue
    std::size_t written_ = 0;  // of the first line
    std::size_t settled_ = 0;  // lines that are out, or never will be
    std::string together_;     // of several lines
    bool writing_ = false;
    std::string closed_;  // the reason; empty while open
};

}  // namespace tfy::transport
