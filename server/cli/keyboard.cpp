#include "server/cli/keyboard.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace tfy::cli {

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

}  // namespace tfy::cli
