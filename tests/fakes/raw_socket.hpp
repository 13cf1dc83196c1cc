// Sockets that a test drives by hand. They block; whoever waits too long gets an exception, so that a test
// fails rather than hangs.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tfy::tests {

inline constexpr int patience_ms = 20'000;

/// What a socket's bytes go through: TLS.
class Wrapping {
public:
    virtual ~Wrapping() = default;
    virtual ssize_t send(std::string_view bytes) = 0;
    virtual ssize_t receive(char* room, std::size_t size) = 0;
    virtual bool has_bytes() const = 0;
    virtual void end_sending() = 0;
};

class RawSocket {
public:
    explicit RawSocket(int fd) : fd_(fd) {}
    RawSocket(RawSocket&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)),
          seen_(std::move(other.seen_)),
          wrapping_(std::move(other.wrapping_)) {}
    RawSocket& operator=(RawSocket&&) = delete;
    ~RawSocket() { close(); }

    static RawSocket connect(std::uint16_t port) {
        RawSocket client(::socket(AF_INET, SOCK_STREAM, 0));
        const auto to = loopback(port);
        if (::connect(client.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("no connection");
        return client;
    }

    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    /// From now on.
    void wrap(std::unique_ptr<Wrapping> wrapping) { wrapping_ = std::move(wrapping); }

    /// False if the peer has closed before it took all.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent =
                wrapping_ ? wrapping_->send(bytes) : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Up to and with `end`; everything where the peer ends before that.
    std::string read_until(std::string_view end) {
        auto at = seen_.find(end);
        for (auto searched = seen_.size(); at == std::string::npos && read_some(); searched = seen_.size())
            at = seen_.find(end, searched - std::min(searched, end.size()));
        return take(at == std::string::npos ? seen_.size() : at + end.size());
    }

    std::string read_exactly(std::size_t size) {
        while (seen_.size() < size && read_some()) {
        }
        return take(std::min(size, seen_.size()));
    }

    std::string read_to_end() {
        while (read_some()) {
        }
        return take(seen_.size());
    }

    /// One message: a head, and as many bytes of body as its content-length says.
    std::string read_message() {
        auto head = read_until("\r\n\r\n");
        for (const auto* name : {"content-length: ", "Content-Length: "})
            if (const auto at = head.find(name); at != std::string::npos)
                return head + read_exactly(std::strtoul(head.c_str() + at + 16, nullptr, 10));
        return head;
    }

    bool has_bytes_or_end() const { return !seen_.empty() || is_readable(fd_, 0); }
    int fd() const { return fd_; }
    void end_sending() {
        if (wrapping_) wrapping_->end_sending();
        ::shutdown(fd_, SHUT_WR);
    }
    void reset_on_close() {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

    static bool is_readable(int fd, int wait_ms) {
        pollfd ask{.fd = fd, .events = POLLIN, .revents = 0};
        return ::poll(&ask, 1, wait_ms) > 0;
    }

private:
    bool read_some() {
        const bool ready = (wrapping_ && wrapping_->has_bytes()) || is_readable(fd_, patience_ms);
        if (!ready) throw std::runtime_error("the peer is silent, after: " + seen_);
        char chunk[65536];
        const auto count =
            wrapping_ ? wrapping_->receive(chunk, sizeof chunk) : ::recv(fd_, chunk, sizeof chunk, 0);
        if (count > 0) seen_.append(chunk, static_cast<std::size_t>(count));
        return count > 0;
    }

    std::string take(std::size_t size) {
        auto taken = seen_.substr(0, size);
        seen_.erase(0, size);
        return taken;
    }

    int fd_;
    std::string seen_;
    std::unique_ptr<Wrapping> wrapping_ = {};
};

class RawListener {
public:
    RawListener() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        auto any = RawSocket::loopback(0);
        socklen_t size = sizeof any;
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&any), size) != 0 || ::listen(fd_, 16) != 0)
            throw std::runtime_error("cannot listen");
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size);
        port_ = ntohs(any.sin_port);
    }
    RawListener(const RawListener&) = delete;
    RawListener& operator=(const RawListener&) = delete;
    ~RawListener() { ::close(fd_); }

    std::uint16_t port() const { return port_; }
    int fd() const { return fd_; }
    bool has_caller() const { return RawSocket::is_readable(fd_, 0); }
    RawSocket accept() {
        if (!RawSocket::is_readable(fd_, patience_ms)) throw std::runtime_error("nobody connects");
        return RawSocket(::accept(fd_, nullptr, nullptr));
    }

private:
    int fd_;
    std::uint16_t port_ = 0;
};

}  // namespace tfy::tests
