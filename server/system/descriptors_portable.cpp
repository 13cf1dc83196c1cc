// A program that is started between the two steps, by another thread, still inherits it.
#include "server/system/descriptors.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tfy::system {
namespace {

void keep_to_ourselves(int descriptor) { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

}  // namespace

bool make_pipe(std::array<int, 2>& ends) {
    if (::pipe(ends.data()) != 0) return false;
    for (const int end : ends) keep_to_ourselves(end);
    return true;
}

int make_socket(int family, int type, int protocol) {
    const int made = ::socket(family, type, protocol);
    if (made >= 0) keep_to_ourselves(made);
    return made;
}

}  // namespace tfy::system
