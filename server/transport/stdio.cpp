// The stdio transport: lines in through LineFramer, lines out through LineWriter.
#include "server/transport/stdio.hpp"

#include <array>
#include <system_error>

#include "policy/secret.hpp"
#include "protocol/frame.hpp"
#include "server/transport/line_writer.hpp"

namespace tfy::transport {
namespace {

constexpr auto unread = "The client had not read all of its answers when the server stopped";
constexpr std::size_t unwritten_limit = std::size_t{64} * 1024 * 1024;

class Stdio final : public StdioTransport {
public:
    Stdio(const boost::asio::any_io_executor& loop, int in_fd, int out_fd, std::size_t line_limit)
        : in_(in_fd),
          readable_(loop, in_.number(), system::Readiness::For::reading),
          framer_(line_limit),
          out_(std::make_shared<LineWriter>(loop, out_fd, unwritten_limit)) {}
    Stdio(const Stdio&) = delete;
    Stdio& operator=(const Stdio&) = delete;
    ~Stdio() override { out_->close("The transport is closed."); }

    Async<Result<std::string>> receive() override {
        for (;;) {
            auto frame = framer_.next();
            if (!frame) co_return frame.error();
            if (*frame) co_return std::move(**frame);
            if (!closed_.empty()) co_return Error{Errc::closed, closed_};
            const bool ready = co_await readable_.wait();
            if (ready) read_some();
            if (!ready && closed_.empty()) closed_ = "stdin can no longer be read.";
        }
    }

    void end_input() override {
        closed_ = "The server is about to stop.";
        readable_.close();
    }

    void end_output() override {
        if (!out_->all_written() && unsent_.empty()) unsent_ = unread;
        out_->close(unread);
    }

    bool all_written() const override { return out_->all_written(); }
    bool gone() const override { return out_->is_unread(); }

    Async<Result<void>> send(redaction::Redacted message) override {
        if (message.text().find('\n') != std::string_view::npos)
            co_return Error{Errc::internal,
                            "A message with a line break in it cannot go over stdio; it was not sent."};
        const bool reveals = message.reveals();
        auto line = std::move(message).release();
        if (line.size() == line.capacity()) {
            std::string longer;
            longer.reserve(line.size() + 1);
            longer.append(line);
            if (reveals) policy::wipe(line);
            line = std::move(longer);
        }
        line.push_back('\n');
        auto written = co_await out_->write(std::move(line), reveals);
        if (!written && written.error().code == Errc::closed && unsent_.empty())
            unsent_ = written.error().message;
        co_return written;
    }

    Result<void> all_sent() const override {
        if (!unsent_.empty()) return Error{Errc::closed, unsent_};
        if (!out_->all_written()) return Error{Errc::closed, unread};
        return {};
    }

private:
    void read_some() {
        const auto step = in_.read(chunk_);
        if (step.would_wait) return;
        if (step.bytes > 0) return framer_.feed({chunk_.data(), step.bytes});
        framer_.feed("\n");  // a last line without its line break counts
        closed_ = step.error == 0 ? "The input has ended."
                                  : "stdin: " + std::generic_category().message(step.error);
    }

    Descriptor in_;
    system::Readiness readable_;
    protocol::LineFramer framer_;
    std::shared_ptr<LineWriter> out_;
    std::string closed_;  // why there is no more input; empty while there may be
    std::string unsent_;  // why an answer went nowhere; empty while none did
    std::array<char, 65536> chunk_{};
};

}  // namespace

std::unique_ptr<StdioTransport> open_stdio(boost::asio::any_io_executor loop, int in_fd, int out_fd,
                                           std::size_t line_limit) {
    return std::make_unique<Stdio>(loop, in_fd, out_fd, line_limit);
}

}  // namespace tfy::transport
