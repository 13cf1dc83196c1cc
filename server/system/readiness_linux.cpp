// Readiness by an epoll descriptor inside the loop's own.
#include "server/system/readiness.hpp"

#include <sys/epoll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace tfy::system {

namespace asio = boost::asio;

class Readiness::Watch {
public:
    Watch(const asio::any_io_executor& loop, int fd, For what) : epoll(loop) {
        boost::system::error_code failure;
        epoll.assign(::epoll_create1(EPOLL_CLOEXEC), failure);
        if (failure) return;
        epoll_event interest{};
        interest.events = what == For::reading ? EPOLLIN : EPOLLOUT;
        if (::epoll_ctl(epoll.native_handle(), EPOLL_CTL_ADD, fd, &interest) == 0) return;
        always = errno == EPERM;  // regular files and /dev/null, which epoll refuses
        if (!always) epoll.close(failure);
    }

    asio::posix::stream_descriptor epoll;
    bool always = false;
};

Readiness::Readiness(const asio::any_io_executor& loop, int fd, For what)
    : watch_(std::make_shared<Watch>(loop, fd, what)) {}

Readiness::~Readiness() { close(); }

Async<bool> Readiness::wait() {
    auto& epoll = watch_->epoll;
    if (!epoll.is_open()) co_return false;
    if (watch_->always) {
        co_await asio::post(asio::use_awaitable);  // lets others on the loop run: a file never makes us wait
        co_return epoll.is_open();
    }
    const auto [failure] = co_await epoll.async_wait(asio::posix::stream_descriptor::wait_read,
                                                     asio::as_tuple(asio::use_awaitable));
    co_return !failure;
}

void Readiness::close() {
    boost::system::error_code ignored;
    watch_->epoll.close(ignored);
}

}  // namespace tfy::system
