// The stdio transport on pipes, sockets, files and /dev/null.
#include "server/transport/stdio.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <fstream>
#include <thread>

#include "server/transport/line_writer.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::transport::stdio_test {
namespace {

namespace asio = boost::asio;
using redaction::RedactedForTests;

/// The two ends of a channel that goes one way.
struct Channel {
    int read_end = -1;
    int write_end = -1;

    static Channel pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        return {ends[0], ends[1]};
    }
    static Channel socket() {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        return {ends[0], ends[1]};
    }
    Channel(int reading, int writing) : read_end(reading), write_end(writing) {}
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    ~Channel() {
        close_read_end();
        close_write_end();
    }
    void put(std::string_view text) const {
        REQUIRE(::write(write_end, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    void close_read_end() { close(read_end); }
    void close_write_end() { close(write_end); }
    std::string read_to_end() const {
        std::string all;
        std::array<char, 4096> chunk{};
        for (ssize_t count = 0; (count = ::read(read_end, chunk.data(), chunk.size())) > 0;)
            all.append(chunk.data(), static_cast<std::size_t>(count));
        return all;
    }

private:
    static void close(int& fd) {
        if (fd >= 0) ::close(std::exchange(fd, -1));
    }
};

/// A transport that is closed on its loop, as in life.
struct Opened {
    Opened(tests::LoopThread& on, int in_fd, int out_fd, std::size_t line_limit = 1024)
        : loop(on),
          transport(transport::open_stdio(on.context().get_executor(), in_fd, out_fd, line_limit)) {}
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    ~Opened() { close(); }
    void close() {
        if (transport) loop.drop(std::move(transport));
    }
    Result<void> send(std::string text) const { return tests::await(begin_send(std::move(text))); }
    std::future<Result<void>> begin_send(std::string text) const {
        return loop.begin(transport->send(RedactedForTests::make(std::move(text))));
    }
    std::future<Result<std::string>> begin_receive() const { return loop.begin(transport->receive()); }

    tests::LoopThread& loop;
    std::unique_ptr<transport::Transport> transport;
};

/// All that comes in until the end, one word for each: the text, or the name of the error.
Async<std::vector<std::string>> receive_all(transport::Transport& transport) {
    std::vector<std::string> received;
    for (;;) {
        auto message = co_await transport.receive();
        received.push_back(message ? *message : std::string(protocol::name(message.error().code)));
        if (!message && message.error().code == Errc::closed) co_return received;
    }
}

std::vector<std::string> received_from(int fd, std::size_t line_limit = 1024) {
    tests::LoopThread loop;
    Opened on(loop, fd, STDERR_FILENO, line_limit);
    return loop.run(receive_all(*on.transport));
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("messages come in whatever way the bytes were cut, until the input ends") {
    struct Row {
        const char* name;
        std::string bytes;
        Words received;
    };
    const Row rows[] = {
        {"nothing", "", {"closed"}},
        {"two lines in one read", "{\"a\":1}\n{\"b\":2}\n", {"{\"a\":1}", "{\"b\":2}", "closed"}},
        {"a line over the limit, then a good one",
         std::string(5000, 'x') + "\n{}\n",
         {"too_large", "{}", "closed"}},
        {"a last line without a line break", "{}\n{}", {"{}", "{}", "closed"}},
        {"blank lines", "\n\r\n{}\r\n\n", {"{}", "closed"}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        for (const bool socket : {false, true}) {
            auto in = socket ? Channel::socket() : Channel::pipe();
            in.put(row.bytes);
            in.close_write_end();
            CHECK(received_from(in.read_end) == row.received);
        }
    }
}

TEST_CASE("a message is waited for, and the end of input after it") {
    tests::LoopThread loop;
    auto in = Channel::pipe();
    Opened stdio(loop, in.read_end, STDERR_FILENO);
    auto first = stdio.begin_receive();
    in.put("{\"half\":");
    in.put("true}\n");
    CHECK(*tests::await(std::move(first)) == "{\"half\":true}");
    auto second = stdio.begin_receive();
    in.close_write_end();
    CHECK(tests::await(std::move(second)).error().code == Errc::closed);
    CHECK(tests::await(stdio.begin_receive()).error().code == Errc::closed);
}

TEST_CASE("a regular file and /dev/null are inputs too") {
    const auto name = "/tmp/tfy_stdio_test_" + std::to_string(::getpid());
    std::ofstream(name) << "{\"a\":1}\n{\"b\":2}\n";
    const int file = ::open(name.c_str(), O_RDONLY);
    ::unlink(name.c_str());
    REQUIRE(file >= 0);
    CHECK(received_from(file) == Words{"{\"a\":1}", "{\"b\":2}", "closed"});
    ::close(file);

    const int null = ::open("/dev/null", O_RDWR);
    CHECK(received_from(null) == Words{"closed"});
    ::close(null);
    CHECK(received_from(-1) == Words{"closed"});
}

TEST_CASE("what goes to a regular file and to /dev/null is written") {
    tests::LoopThread loop;
    const auto name = "/tmp/tfy_stdio_test_" + std::to_string(::getpid());
    const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    ::unlink(name.c_str());
    Opened stdio(loop, STDIN_FILENO, file);
    CHECK(stdio.send("{}").has_value());
    std::array<char, 8> written{};
    CHECK(::pread(file, written.data(), written.size(), 0) == 3);
    CHECK(std::string(written.data()) == "{}\n");
    ::close(file);

    const int null = ::open("/dev/null", O_RDWR);
    Opened nowhere(loop, null, null);
    CHECK(nowhere.send("{}").has_value());
    ::close(null);
}

TEST_CASE("a thousand sends at once go out whole and in order") {
    for (const bool socket : {false, true}) {
        tests::LoopThread loop;
        auto out = socket ? Channel::socket() : Channel::pipe();
        Opened stdio(loop, STDIN_FILENO, out.write_end);
        std::string expected;
        std::vector<std::future<Result<void>>> sent;
        for (int i = 0; i < 1000; ++i) {
            const auto text = std::to_string(i) + std::string(static_cast<std::size_t>(i), '.');
            expected += text + "\n";
            sent.push_back(stdio.begin_send(text));
        }
        out.close_write_end();  // the transport has its own
        auto all = std::async(std::launch::async, [&out] { return out.read_to_end(); });
        for (auto& one : sent) CHECK(tests::await(std::move(one)).has_value());
        stdio.close();
        CHECK(tests::await(std::move(all)) == expected);
    }
}

TEST_CASE("a message goes out whole even where its sender is cancelled in the middle of it") {
    tests::LoopThread loop;
    auto out = Channel::pipe();
    Opened stdio(loop, STDIN_FILENO, out.write_end);
    const std::string large(300'000, 'x');  // more than a pipe holds
    asio::cancellation_signal stop;
    auto first = asio::co_spawn(loop.context(), stdio.transport->send(RedactedForTests::make(large)),
                                asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    auto second = stdio.begin_send("after");
    asio::post(loop.context(), [&stop] { stop.emit(asio::cancellation_type::terminal); });
    CHECK(tests::await(std::move(first)).error().code == Errc::cancelled);

    out.close_write_end();
    auto all = std::async(std::launch::async, [&out] { return out.read_to_end(); });
    CHECK(tests::await(std::move(second)).has_value());
    stdio.close();
    CHECK(tests::await(std::move(all)) == large + "\nafter\n");
}

TEST_CASE("a client that has gone is an error, not a signal") {
    tests::LoopThread loop;
    auto out = Channel::pipe();
    Opened stdio(loop, STDIN_FILENO, out.write_end);
    auto waiting = stdio.begin_send(std::string(300'000, 'x'));
    out.close_read_end();
    CHECK(tests::await(std::move(waiting)).error().code == Errc::closed);
    CHECK(stdio.send("{}").error().code == Errc::closed);
}

TEST_CASE("that a client has gone is known before anything is written to it") {
    for (const bool socket : {false, true}) {
        CAPTURE(socket);
        tests::LoopThread loop;
        auto out = socket ? Channel::socket() : Channel::pipe();
        Opened stdio(loop, STDIN_FILENO, out.write_end);
        CHECK(stdio.send("{}").has_value());
        CHECK_FALSE(stdio.transport->gone());
        out.close_read_end();
        CHECK(stdio.transport->gone());
    }
    tests::LoopThread loop;
    CHECK(Opened(loop, STDIN_FILENO, -1).transport->gone());
}

TEST_CASE("a client that does not read is given up when too much waits for it") {
    tests::LoopThread loop;
    auto out = Channel::pipe();
    auto writer =
        std::make_shared<transport::LineWriter>(loop.context().get_executor(), out.write_end, 200'000);
    auto waiting = loop.begin(writer->write(std::string(150'000, 'x')));
    CHECK(loop.run(writer->write(std::string(100'000, 'x'))).error().code == Errc::closed);
    CHECK(tests::await(std::move(waiting)).error().code == Errc::closed);
}

TEST_CASE("a message with a line break is not sent") {
    tests::LoopThread loop;
    auto out = Channel::pipe();
    Opened stdio(loop, STDIN_FILENO, out.write_end);
    CHECK(stdio.send("{}\n{}").error().code == Errc::internal);
    stdio.close();
    out.close_write_end();
    CHECK(out.read_to_end().empty());
}

TEST_CASE("descriptors that are shared with others stay blocking") {
    tests::LoopThread loop;
    auto in = Channel::pipe();
    auto out = Channel::pipe();
    Opened stdio(loop, in.read_end, out.write_end);
    auto waiting = stdio.begin_receive();
    CHECK(stdio.send("{}").has_value());
    CHECK((::fcntl(in.read_end, F_GETFL) & O_NONBLOCK) == 0);
    CHECK((::fcntl(out.write_end, F_GETFL) & O_NONBLOCK) == 0);
    in.close_write_end();
    CHECK_FALSE(tests::await(std::move(waiting)).has_value());
}

}  // namespace tfy::transport::stdio_test
