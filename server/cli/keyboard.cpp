#include "server/cli/keyboard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "server/system/descriptors.hpp"

namespace tfy::cli {
namespace {

constexpr char escape = '\x1b';

volatile std::sig_atomic_t told = -1;  // where a signal that came is told

void tell(int) {
    const int before = errno;
    // If the pipe is full, enough is told.
    [[maybe_unused]] const auto written = ::write(told, "!", 1);
    errno = before;
}

/// "\x1b[", parameters below '@', and the character that ends it; after any other escape one character.
std::size_t size_of_sequence(std::string_view read) {
    if (!read.starts_with("\x1b[")) return 2;
    const auto end = std::ranges::find_if(read.substr(2), [](char c) { return c >= '@'; });
    return static_cast<std::size_t>(end - read.begin()) + 1;
}

std::size_t size_of_character(unsigned char first) {
    if (first < 0xC0U) return 1;
    return first < 0xE0U ? 2 : first < 0xF0U ? 3 : 4;
}

}  // namespace

HeldSignals::HeldSignals() {
    if (system::make_pipe(ends_)) ::fcntl(ends_[1], F_SETFL, O_NONBLOCK);
    told = ends_[1];
    struct sigaction held{};
    held.sa_handler = tell;
    held.sa_flags = SA_RESTART;
    for (std::size_t at = 0; at < signals.size(); ++at) ::sigaction(signals[at], &held, &before_[at]);
}

HeldSignals::~HeldSignals() {
    for (std::size_t at = 0; at < signals.size(); ++at) ::sigaction(signals[at], &before_[at], nullptr);
    for (const int end : ends_) ::close(end);
}

Readable wait_for_key(const HeldSignals& signals, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{signals.file(), POLLIN, 0}};
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        const int ready = ::poll(watched.data(), watched.size(),
                                 static_cast<int>(std::max(left.count(), decltype(left)::rep{})));
        if (ready < 0 && errno == EINTR) continue;  // by a signal, which is told then
        if (ready < 0) return {.signal = true};
        return {.key = watched[0].revents != 0, .signal = watched[1].revents != 0};
    }
}

KeyByKey::KeyByKey() : terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!terminal_) return;
    auto keys = before_;
    keys.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys);
}

KeyByKey::~KeyByKey() {
    if (terminal_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

std::string take_key(std::string& read) {
    const auto size = std::min(
        read.size(), read.front() == escape ? size_of_sequence(read)
                                            : size_of_character(static_cast<unsigned char>(read.front())));
    auto key = read.substr(0, size);
    read.erase(0, size);
    return key;
}

}  // namespace tfy::cli
