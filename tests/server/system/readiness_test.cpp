// Waiting for descriptors, in the form of this system.
#include "server/system/readiness.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>

#include "server/system/descriptors.hpp"

namespace tfy::readiness_test {
namespace {

namespace asio = boost::asio;
using system::Readiness;

struct Pipe {
    Pipe() { REQUIRE(system::make_pipe(ends)); }
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void put() const { REQUIRE(::write(ends[1], "x", 1) == 1); }
    void take() const {
        char byte = 0;
        REQUIRE(::read(ends[0], &byte, 1) == 1);
    }
    std::array<int, 2> ends{};
};

/// Waits on a loop of its own; `meanwhile` runs there once the wait has begun.
struct Waiting {
    explicit Waiting(int fd, Readiness::For what = Readiness::For::reading)
        : readiness(loop.get_executor(), fd, what) {}

    bool wait(const std::function<void()>& meanwhile = [] {}) {
        std::optional<bool> found;
        asio::co_spawn(loop, readiness.wait(),
                       asio::bind_cancellation_slot(cancel.slot(), [&](auto, bool ready) { found = ready; }));
        asio::post(loop, meanwhile);
        loop.restart();
        loop.run();
        REQUIRE(found.has_value());
        return *found;
    }

    asio::io_context loop;
    asio::cancellation_signal cancel;
    Readiness readiness;
};

}  // namespace

TEST_CASE("a wait ends when there is something to read, and the next one waits again") {
    const Pipe pipe;
    Waiting on(pipe.ends[0]);
    for (int round = 0; round < 3; ++round) {
        CHECK(on.wait([&] { pipe.put(); }));
        pipe.take();
    }
}

TEST_CASE("the descriptor stays as it was") {
    const Pipe pipe;
    const int before = ::fcntl(pipe.ends[0], F_GETFL);
    Waiting on(pipe.ends[0]);
    CHECK(on.wait([&] { pipe.put(); }));
    CHECK(::fcntl(pipe.ends[0], F_GETFL) == before);
}

TEST_CASE("a wait that is cancelled, or closed, is told that nothing is ready") {
    const Pipe pipe;
    Waiting on(pipe.ends[0]);
    CHECK_FALSE(on.wait([&] { on.cancel.emit(asio::cancellation_type::terminal); }));
    CHECK(on.wait([&] { pipe.put(); }));  // the next one is another wait
    pipe.take();
    CHECK_FALSE(on.wait([&] { on.readiness.close(); }));
    CHECK_FALSE(on.wait());
}

TEST_CASE("the end of the input is something to read") {
    std::array<int, 2> ends{};
    REQUIRE(system::make_pipe(ends));
    {
        Waiting on(ends[0]);
        CHECK(on.wait([&] { ::close(ends[1]); }));
    }
    ::close(ends[0]);
}

TEST_CASE("files and /dev/null are always ready, and what is no descriptor never is") {
    const int null = ::open("/dev/null", O_RDWR);
    REQUIRE(null >= 0);
    CHECK(Waiting(null).wait());
    CHECK(Waiting(null, Readiness::For::writing).wait());
    ::close(null);
    CHECK_FALSE(Waiting(-1).wait());
}

TEST_CASE("a pipe that is full can be written to when it is read from") {
    const Pipe pipe;
    ::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
    const std::array<char, 4096> bytes{};
    while (::write(pipe.ends[1], bytes.data(), bytes.size()) > 0) continue;
    Waiting on(pipe.ends[1], Readiness::For::writing);
    CHECK(on.wait([&] {
        std::array<char, 65536> room{};
        CHECK(::read(pipe.ends[0], room.data(), room.size()) > 0);
    }));
}

}  // namespace tfy::readiness_test
