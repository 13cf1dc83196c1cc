// Whose the other end of a connection is, as the kernel has it.
#include "server/system/kernel_tables_linux.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

namespace tfy::peer_account_test {
namespace {

using boost::asio::ip::tcp;

struct Pair {
    explicit Pair(const char* address)
        : acceptor(loop, {boost::asio::ip::make_address(address), 0}), theirs(loop), ours(loop) {
        theirs.connect(acceptor.local_endpoint());
        acceptor.accept(ours);
        their_end = ours.remote_endpoint();
        our_end = ours.local_endpoint();
    }
    boost::asio::io_context loop;
    tcp::acceptor acceptor;
    tcp::socket theirs, ours;
    tcp::endpoint their_end, our_end;
};

}  // namespace

TEST_CASE("a socket is its account's while a process holds it, and no one's afterwards") {
    Pair pair("127.0.0.1");
    CHECK(system::account_of_peer(pair.their_end, pair.our_end).account == ::geteuid());
    CHECK(system::ask_proc(pair.their_end, pair.our_end).account == ::geteuid());
    pair.theirs.shutdown(tcp::socket::shutdown_send);
    CHECK(system::account_of_peer(pair.their_end, pair.our_end).account == ::geteuid());
    // The kernel would call it root's now.
    pair.theirs.close();
    CHECK_FALSE(system::account_of_peer(pair.their_end, pair.our_end).account.has_value());
    CHECK_FALSE(system::ask_proc(pair.their_end, pair.our_end).account.has_value());
}

TEST_CASE("a listener at the peer's port is not the peer") {
    Pair pair("127.0.0.1");
    const tcp::endpoint listener = pair.acceptor.local_endpoint();
    const tcp::endpoint elsewhere(boost::asio::ip::make_address("127.0.0.1"), 1);
    CHECK_FALSE(system::account_of_peer(listener, elsewhere).account.has_value());
    CHECK_FALSE(system::ask_proc(listener, elsewhere).account.has_value());
}

TEST_CASE("while no file can be opened nothing is said of the account, and afterwards all is as before") {
    Pair pair("127.0.0.1");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto found = system::account_of_peer(pair.their_end, pair.our_end);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK_FALSE(found.asked);
    CHECK_FALSE(found.account.has_value());
    CHECK(system::account_of_peer(pair.their_end, pair.our_end).asked);
}

}  // namespace tfy::peer_account_test
