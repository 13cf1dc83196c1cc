// The system calls, again where they were interrupted, and after a wait if the other end shares a
// description that does not block.
#include "server/cli/plain_bytes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace tfy::cli {
namespace {

std::string reason(int number) { return std::generic_category().message(number); }

/// After a call that failed: true if it is worth another try.
bool try_again(int file, short events) {
    if (errno == EINTR) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    pollfd waits{file, events, 0};
    return ::poll(&waits, 1, -1) >= 0 || errno == EINTR;
}

}  // namespace

Result<storage::OpenFile> open_for_reading(const std::string& file) {
    storage::OpenFile opened(file == "-" ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened) return Error{Errc::not_found, reason(errno)};
    struct stat found = {};
    if (::fstat(opened.get(), &found) == 0 && S_ISDIR(found.st_mode))
        return Error{Errc::not_found, reason(EISDIR)};
    return opened;
}

Result<std::size_t> read_some(int file, std::span<char> into) {
    for (;;) {
        const auto size = ::read(file, into.data(), into.size());
        if (size >= 0) return static_cast<std::size_t>(size);
        if (!try_again(file, POLLIN)) return Error{Errc::closed, reason(errno)};
    }
}

Result<void> write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = ::write(file, bytes.data(), bytes.size());
        if (size >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(size));
        else if (!try_again(file, POLLOUT))
            return Error{Errc::closed, reason(errno)};
    }
    return {};
}

bool is_same_file(int one, int other) {
    struct stat first = {};
    struct stat second = {};
    return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 && S_ISREG(first.st_mode) &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool is_regular_file(int file) {
    struct stat found = {};
    return ::fstat(file, &found) == 0 && S_ISREG(found.st_mode);
}

}  // namespace tfy::cli
