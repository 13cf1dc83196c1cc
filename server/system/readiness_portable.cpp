// Readiness by a thread that waits in poll(2).
#include "server/system/readiness.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <optional>
#include <thread>
#include <utility>

#include "server/system/descriptors.hpp"

namespace tfy::system {

namespace asio = boost::asio;

/// The loop asks through a pipe, one byte a question; to close the pipe ends the thread. What it finds it
/// posts to the loop, which alone touches what is below.
class Readiness::Watch : public std::enable_shared_from_this<Watch> {
public:
    Watch(const asio::any_io_executor& loop, int fd, For what)
        : bell(loop, asio::steady_timer::time_point::max()),
          fd_(fd),
          events_(static_cast<short>(what == For::reading ? POLLIN : POLLOUT)) {}

    void start() {
        open = ::fcntl(fd_, F_GETFD) != -1 && make_pipe(questions_);
        if (open) thread_ = std::thread([this] { answer(); });
    }

    void ask() {
        if (asked) return;  // by a wait that was cancelled: its answer is as good
        asked = ::write(questions_[1], "?", 1) == 1;
        if (!asked) open = false;
    }

    /// On the loop. Nothing is posted to the loop afterwards.
    void end() {
        open = false;
        bell.cancel();
        if (!thread_.joinable()) return;
        ::close(questions_[1]);
        thread_.join();
        ::close(questions_[0]);
    }

    bool open = false;
    bool asked = false;  // and not answered yet
    bool ready = false;  // as it was answered, for the next wait
    asio::steady_timer bell;

private:
    void answer() {
        for (char question = 0; ::read(questions_[0], &question, 1) > 0;) {
            const auto found = until_ready();
            if (!found) return;
            asio::post(bell.get_executor(), [self = shared_from_this(), good = *found] {
                self->asked = false;
                self->ready = good;
                self->open = self->open && good;
                self->bell.cancel();
            });
        }
    }

    /// Nothing if the pipe was closed first.
    std::optional<bool> until_ready() const {
        pollfd watched[] = {{fd_, events_, 0}, {questions_[0], 0, 0}};
        while (::poll(watched, 2, -1) < 0)
            if (errno != EINTR) return false;
        if (watched[1].revents != 0) return std::nullopt;
        return (watched[0].revents & POLLNVAL) == 0;
    }

    int fd_;
    short events_;
    std::array<int, 2> questions_{-1, -1};
    std::thread thread_;
};

Readiness::Readiness(const asio::any_io_executor& loop, int fd, For what)
    : watch_(std::make_shared<Watch>(loop, fd, what)) {
    watch_->start();
}

Readiness::~Readiness() { close(); }

Async<bool> Readiness::wait() {
    const auto watch = watch_;
    if (watch->open && !watch->ready) {
        watch->ask();
        co_await watch->bell.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::exchange(watch->ready, false) && watch->open;
}

void Readiness::close() { watch_->end(); }

}  // namespace tfy::system
