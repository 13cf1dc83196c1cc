// A passphrase that is asked for at a terminal of its own.
#include "server/people/ask_secret.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <thread>

namespace tfy::ask_secret_test {

using namespace std::chrono_literals;

/// A terminal, and a process that asks there.
class Asking {
public:
    Asking() {
        keyboard_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        REQUIRE((::grantpt(keyboard_) == 0 && ::unlockpt(keyboard_) == 0));
        terminal_ = ::open(::ptsname(keyboard_), O_RDWR | O_NOCTTY | O_CLOEXEC);
        REQUIRE((terminal_ >= 0 && ::pipe(said_.data()) == 0));
        process_ = ::fork();
        if (process_ == 0) ask();
        ::close(said_[1]);
        std::array<char, 64> question{};
        REQUIRE(::read(said_[0], question.data(), question.size()) > 0);
    }
    ~Asking() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
        for (const int each : {keyboard_, terminal_, said_[0]}) ::close(each);
    }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

    bool shows_what_is_typed() const {
        termios now{};
        REQUIRE(tcgetattr(terminal_, &now) == 0);
        return (now.c_lflag & ECHO) != 0;
    }
    void send(int signal) const { REQUIRE(::kill(process_, signal) == 0); }
    void type(const std::string& line) const {
        REQUIRE(::write(keyboard_, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    }
    /// Once it has ended or stopped.
    int state() {
        int found = 0;
        REQUIRE(::waitpid(process_, &found, WUNTRACED) == process_);
        if (!WIFSTOPPED(found)) process_ = -1;
        return found;
    }

private:
    [[noreturn]] void ask() {
        ::setpgid(0, 0);  // a job of its own, as in a shell: only such a one can be stopped
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) std::signal(each, SIG_DFL);
        ::dup2(terminal_, STDIN_FILENO);
        std::ifstream in("/dev/fd/0");
        const people::Prompt prompt{in,
                                    [this](const std::string& text) {
                                        if (::write(said_[1], text.data(), text.size()) < 0) ::_exit(2);
                                    },
                                    true};
        const auto typed = people::ask_secret(prompt, "Your passphrase: ");
        ::_exit(typed && typed->reveal() == "correct horse battery" ? 0 : 1);
    }

    int keyboard_ = -1;
    int terminal_ = -1;
    std::array<int, 2> said_{-1, -1};
    pid_t process_ = -1;
};

TEST_CASE("a signal that ends the process at a passphrase leaves a terminal that shows what is typed") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        CAPTURE(signal);
        Asking asking;
        CHECK_FALSE(asking.shows_what_is_typed());
        asking.send(signal);
        const int state = asking.state();
        CHECK(WIFSIGNALED(state));
        CHECK(WTERMSIG(state) == signal);
        CHECK(asking.shows_what_is_typed());
    }
}

TEST_CASE("stopped at a passphrase, the terminal shows what is typed; continued, it does not") {
    Asking asking;
    asking.send(SIGTSTP);
    const int stopped = asking.state();
    CHECK(WIFSTOPPED(stopped));
    CHECK(asking.shows_what_is_typed());
    asking.send(SIGCONT);
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (asking.shows_what_is_typed() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    CHECK_FALSE(asking.shows_what_is_typed());
    asking.type("correct horse battery\n");
    const int state = asking.state();
    CHECK(WIFEXITED(state));
    CHECK(WEXITSTATUS(state) == 0);
    CHECK(asking.shows_what_is_typed());
}

}  // namespace tfy::ask_secret_test
