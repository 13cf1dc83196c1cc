// What a person at a terminal sees of a command that works for longer than a second.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace tfy::system {

/// From a second on, as long as it lives, the last line of the terminal is "Asking TrueFoundry … 3 s"; then
/// it is empty again. The terminal is that of standard error. Nothing is shown if there is none, if it cannot
/// go back on a line ($TERM is not set, or dumb), or while this process is in the background. `what` holds no
/// secret. Have one at a time.
class Progress {
public:
    explicit Progress(std::string what, bool shown = true);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Before anything else is printed: the line is empty, and stays so for a second.
    void clear();

private:
    using Clock = std::chrono::steady_clock;

    void show();
    void wipe();

    std::string what_;
    Clock::time_point begun_ = Clock::now();
    std::mutex mutex_;  // of all below but the thread
    std::condition_variable over_or_cleared_;
    bool over_ = false;
    Clock::time_point next_ = begun_ + std::chrono::seconds{1};
    std::size_t width_ = 0;  // of the line that is there, in bytes
    std::thread thread_;
};

}  // namespace tfy::system
