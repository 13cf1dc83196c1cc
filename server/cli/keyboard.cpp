#include "server/cli/keyboard.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace tfy::cli {
namespace {

constexpr char escape = '\x1b';

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
    sigemptyset(&held_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) sigaddset(&held_, signal);
    sigprocmask(SIG_BLOCK, &held_, &before_);
    file_ = storage::OpenFile(::signalfd(-1, &held_, SFD_CLOEXEC | SFD_NONBLOCK));
}

HeldSignals::~HeldSignals() {
    signalfd_siginfo taken;
    while (::read(file_.get(), &taken, sizeof taken) > 0) {
    }
    sigprocmask(SIG_SETMASK, &before_, nullptr);
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
