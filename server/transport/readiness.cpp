// Readiness by an epoll descriptor inside the loop's own.
#include "server/transport/readiness.hpp"

#include <sys/epoll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace tfy::transport {

namespace asio = boost::asio;

Readiness::Readiness(const asio::any_io_executor& loop, int fd, std::uint32_t events) : epoll_(loop) {
    boost::system::error_code failure;
    epoll_.assign(::epoll_create1(EPOLL_CLOEXEC), failure);
    if (failure) return;
    epoll_event interest{};
    interest.events = events;
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &interest) == 0) return;
    always_ = errno == EPERM;
    if (!always_) epoll_.close(failure);
}

Async<bool> Readiness::wait() {
    if (!epoll_.is_open()) co_return false;
    if (always_) {
        co_await asio::post(asio::use_awaitable);  // lets others on the loop run: a file never makes us wait
        co_return epoll_.is_open();
    }
    const auto [failure] = co_await epoll_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                      asio::as_tuple(asio::use_awaitable));
    co_return !failure;
}

void Readiness::close() {
    boost::system::error_code ignored;
    epoll_.close(ignored);
}

}  // namespace tfy::transport
