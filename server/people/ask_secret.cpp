#include "server/people/ask_secret.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "policy/mac.hpp"
#include "server/people/passphrases.hpp"

namespace tfy::people {
namespace {

termios as_it_was, without_echo;  // for the handler, which can be given nothing

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

/// The terminal shows what is typed while the signal does what it usually does: ends the process, or stops it
/// until it goes on.
extern "C" void show_meanwhile(int signal) {
    const int before = errno;
    tcsetattr(STDIN_FILENO, TCSANOW, &as_it_was);
    struct sigaction own{};
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    ::sigaction(signal, &usual, &own);
    ::raise(signal);
    ::sigaction(signal, &own, nullptr);
    tcsetattr(STDIN_FILENO, TCSANOW, &without_echo);
    errno = before;
}

/// None of these signals comes while this lives: then terminal and handlers change together.
class NoSignals {
public:
    NoSignals() {
        sigset_t all;
        sigemptyset(&all);
        for (const int each : ending_signals) sigaddset(&all, each);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    NoSignals(const NoSignals&) = delete;
    NoSignals& operator=(const NoSignals&) = delete;

private:
    sigset_t before_{};
};

/// The terminal's echo is off while this lives.
class Unseen {
public:
    explicit Unseen(bool is_terminal) : hidden_(is_terminal && tcgetattr(STDIN_FILENO, &as_it_was) == 0) {
        if (!hidden_) return;
        without_echo = as_it_was;
        without_echo.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        const NoSignals meanwhile;
        struct sigaction show{};
        show.sa_handler = show_meanwhile;
        show.sa_flags = SA_RESTART | SA_NODEFER;  // raised in the handler, it counts there
        for (std::size_t at = 0; at < ending_signals.size(); ++at) {
            ::sigaction(ending_signals[at], nullptr, &before_[at]);
            if (before_[at].sa_handler != SIG_IGN) ::sigaction(ending_signals[at], &show, nullptr);
        }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &without_echo);
    }
    ~Unseen() {
        if (!hidden_) return;
        const NoSignals meanwhile;
        tcsetattr(STDIN_FILENO, TCSANOW, &as_it_was);
        for (std::size_t at = 0; at < ending_signals.size(); ++at)
            ::sigaction(ending_signals[at], &before_[at], nullptr);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

private:
    bool hidden_;
    std::array<struct sigaction, ending_signals.size()> before_{};
};

bool same_secret(const policy::Secret& one, const policy::Secret& other) {
    return policy::same_bytes(one.reveal(), other.reveal());
}

}  // namespace

std::optional<policy::Secret> ask_secret(const Prompt& prompt, const std::string& question) {
    std::string line;
    bool read = false;
    {
        const Unseen unseen(prompt.is_terminal);
        prompt.say(question);  // who types at once is not seen, either
        read = static_cast<bool>(std::getline(prompt.in, line));
    }
    if (prompt.is_terminal) prompt.say("\n");
    if (!read) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
    return policy::Secret(std::move(line));
}

namespace {

Result<std::optional<policy::Secret>> ask_twice(const Prompt& prompt, const std::string& instead) {
    Error nothing{Errc::cancelled, "Nothing was set."};
    const auto may = instead.empty() ? std::string{} : "; Enter alone: " + instead;
    auto first = ask_secret(prompt, "New passphrase (at least 12 characters" + may + "): ");
    if (!first) return nothing;
    if (!instead.empty() && first->reveal().empty()) return std::optional<policy::Secret>{};
    if (auto fits = may_be_passphrase(*first); !fits) return fits.error();
    const auto again = ask_secret(prompt, "New passphrase again: ");
    if (!again) return nothing;
    if (!same_secret(*first, *again))
        return Error{Errc::refused, "The two passphrases differ. Nothing was set."};
    return Result<std::optional<policy::Secret>>(std::move(first));
}

}  // namespace

Result<std::optional<policy::Secret>> ask_passphrase_or(const Prompt& prompt, const std::string& instead) {
    constexpr int most_tries = 3;
    for (int left = prompt.is_terminal ? most_tries : 1;; --left) {
        auto typed = ask_twice(prompt, instead);
        if (typed || typed.error().code != Errc::refused || left == 1) return typed;
        prompt.say(typed.error().message + " Try again.\n");
    }
}

Result<policy::Secret> ask_new_passphrase(const Prompt& prompt) {
    auto typed = ask_passphrase_or(prompt, "");
    if (!typed) return typed.error();
    return std::move(**typed);
}

std::optional<std::string> ask_line(const Prompt& prompt, const std::string& question) {
    prompt.say(question);
    std::string line;
    if (!std::getline(prompt.in, line)) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

}  // namespace tfy::people
