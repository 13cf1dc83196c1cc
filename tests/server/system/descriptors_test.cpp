// What programs that are started do not inherit.
#include "server/system/descriptors.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/system/peer_account.hpp"

namespace tfy::descriptors_test {

TEST_CASE("pipes and sockets are not inherited by programs that are started") {
    std::array<int, 3> made{-1, -1, system::make_socket(AF_INET, SOCK_STREAM)};
    std::array<int, 2> ends{};
    REQUIRE(system::make_pipe(ends));
    made[0] = ends[0];
    made[1] = ends[1];
    for (const int each : made) {
        REQUIRE(each >= 0);
        CHECK((::fcntl(each, F_GETFD) & FD_CLOEXEC) != 0);
        ::close(each);
    }
    CHECK(system::make_socket(-1, SOCK_STREAM) == -1);
}

TEST_CASE("a local socket's other end is of this account; what is no socket is of none") {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    CHECK(system::is_of_own_account(ends[0]));
    for (const int end : ends) ::close(end);
    const int null = ::open("/dev/null", O_RDONLY);
    CHECK_FALSE(system::is_of_own_account(null));
    ::close(null);
}

}  // namespace tfy::descriptors_test
