// Reads and writes on pipes, sockets, terminals and files.
#include "server/transport/descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>

namespace tfy::transport {
namespace {

/// Keeps SIGPIPE from this thread while a write may raise it: a closed pipe is an error code here, whatever
/// the process has set.
class HeldSigpipe {
public:
    HeldSigpipe() {
        ::sigemptyset(&pipe_);
        ::sigaddset(&pipe_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    HeldSigpipe(const HeldSigpipe&) = delete;
    HeldSigpipe& operator=(const HeldSigpipe&) = delete;
    ~HeldSigpipe() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    void swallow() const {
        if (::sigismember(&before_, SIGPIPE) == 1) return;  // it was held before us: not ours to take
        sigset_t pending{};
        int taken = 0;
        if (::sigpending(&pending) == 0 && ::sigismember(&pending, SIGPIPE) == 1) ::sigwait(&pipe_, &taken);
    }

private:
    sigset_t pipe_{};
    sigset_t before_{};
};

Transferred outcome(ssize_t count) {
    if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {.would_wait = true};
    return {.error = errno};
}

bool is_socket(int fd) {
    struct stat about{};
    return ::fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

static_assert(Descriptor::at_once <= PIPE_BUF);

}  // namespace

Descriptor::Descriptor(int fd) : fd_(::fcntl(fd, F_DUPFD_CLOEXEC, 0)), socket_(is_socket(fd_)) {}

Descriptor::~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

Transferred Descriptor::read(std::span<char> room) const {
    return outcome(::read(fd_, room.data(), room.size()));
}

Transferred Descriptor::write(std::string_view bytes) const {
    if (socket_) return outcome(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    pollfd ask{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (::poll(&ask, 1, 0) == 0) return {.would_wait = true};
    const HeldSigpipe held;
    const auto result = outcome(::write(fd_, bytes.data(), std::min(bytes.size(), at_once)));
    if (result.error == EPIPE) held.swallow();
    return result;
}

bool Descriptor::is_unread() const {
    if (fd_ < 0) return true;
    pollfd ask{.fd = fd_, .events = 0, .revents = 0};
    return ::poll(&ask, 1, 0) > 0 && (ask.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace tfy::transport
