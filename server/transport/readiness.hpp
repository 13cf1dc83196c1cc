// Waiting until a descriptor can be read or written, without changing the descriptor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>

#include "tools/async.hpp"

namespace tfy::transport {

/// O_NONBLOCK belongs to the open file, which the shell or host that started us shares: to set it would
/// change their terminal too. So an epoll descriptor of our own watches `fd`, and the loop watches that one.
/// Regular files and /dev/null, which epoll refuses, are always ready.
class Readiness {
public:
    /// `events` as for epoll: EPOLLIN or EPOLLOUT.
    Readiness(const boost::asio::any_io_executor& loop, int fd, std::uint32_t events);

    /// False if it cannot be waited for: cancelled, closed, or a descriptor that is none.
    Async<bool> wait();
    /// Ends the wait that is open, with false.
    void close();

private:
    boost::asio::posix::stream_descriptor epoll_;
    bool always_ = false;
};

}  // namespace tfy::transport
