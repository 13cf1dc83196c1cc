#include "server/system/progress.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

namespace tfy::system {
namespace {

constexpr std::chrono::seconds between_lines{1};

bool can_go_back_on_a_line() {
    const auto* name = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && name != nullptr && *name != '\0' &&
           std::string_view(name) != "dumb";
}

/// Another program has the terminal otherwise: its shell, for example.
bool is_in_foreground() { return ::tcgetpgrp(STDERR_FILENO) == ::getpgrp(); }

void put_on_terminal(const std::string& text) {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

Progress::Progress(std::string what, bool shown) : what_(std::move(what)) {
    if (!shown || !can_go_back_on_a_line()) return;
    try {
        thread_ = std::thread([this] { show(); });
    } catch (const std::system_error&) {
        over_ = true;  // there is no thread to be had: the work goes on without a word
    }
}

Progress::~Progress() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    over_or_cleared_.notify_one();
    thread_.join();
    wipe();
}

void Progress::clear() {
    const std::lock_guard lock(mutex_);
    wipe();
    next_ = Clock::now() + between_lines;
}

void Progress::show() {
    std::unique_lock lock(mutex_);
    while (!over_) {
        const auto at = next_;
        over_or_cleared_.wait_until(lock, at);
        const auto now = Clock::now();
        if (over_ || now < next_) continue;
        next_ = now + between_lines;
        if (!is_in_foreground()) continue;
        const auto seconds = std::chrono::floor<std::chrono::seconds>(now - begun_).count();
        const auto line = what_ + " … " + std::to_string(seconds) + " s";
        put_on_terminal("\r" + line);
        width_ = line.size();
    }
}

// Spaces do it on every terminal.
void Progress::wipe() {
    if (width_ != 0) put_on_terminal("\r" + std::string(width_, ' ') + "\r");
    width_ = 0;
}

}  // namespace tfy::system
