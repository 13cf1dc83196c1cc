// A file descriptor that is ours, and single reads and writes on it that do not wait.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace tfy::transport {

struct Transferred {
    std::size_t bytes = 0;
    bool would_wait = false;
    int error = 0;  // an errno; 0 with no bytes and no wait: the end of input
};

class Descriptor {
public:
    /// A duplicate that is not inherited by children; an invalid one where `fd` is none, so that every use of
    /// it fails with EBADF.
    explicit Descriptor(int fd);
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    /// What a pipe that is writable surely takes without waiting.
    static constexpr std::size_t at_once = 4096;

    int number() const { return fd_; }
    /// What is there, up to `room`. Call when readable: a terminal or a pipe would wait otherwise.
    Transferred read(std::span<char> room) const;
    /// As much as fits without waiting. A peer that is gone is EPIPE; no signal is raised.
    Transferred write(std::string_view bytes) const;
    /// Whether no one is there to read what is written, as far as the system tells before a write.
    bool is_unread() const;

private:
    int fd_;
    bool socket_ = false;
};

}  // namespace tfy::transport
