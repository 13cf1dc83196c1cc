#include "server/system/descriptors.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tfy::system {

bool make_pipe(std::array<int, 2>& ends) { return ::pipe2(ends.data(), O_CLOEXEC) == 0; }

int make_socket(int family, int type, int protocol) {
    return ::socket(family, type | SOCK_CLOEXEC, protocol);
}

}  // namespace tfy::system
