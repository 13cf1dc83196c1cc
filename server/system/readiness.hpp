// Waiting until a descriptor can be read or written, without changing the descriptor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "tools/async.hpp"

namespace tfy::system {

/// O_NONBLOCK belongs to the open file, which the shell or host that started us shares: to set it would
/// change their terminal too. So something of our own watches `fd`, and the loop watches that.
/// Regular files and /dev/null are always ready.
class Readiness {
public:
    enum class For { reading, writing };

    Readiness(const boost::asio::any_io_executor& loop, int fd, For what);
    ~Readiness();
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;

    /// False if it cannot be waited for: cancelled, closed, or a descriptor that is none.
    Async<bool> wait();
    /// Ends the wait that is open, with false.
    void close();

private:
    class Watch;
    std::shared_ptr<Watch> watch_;
};

}  // namespace tfy::system
