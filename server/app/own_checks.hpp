// The doctor's findings for the page: `doctor --offline --json` with the settings of this server, in a
// process of its own, which cannot take a lock from the server. It does not get the key: health tells of
// TrueFoundry.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/async.hpp"

namespace tfy::app {

class OwnChecks {
public:
    /// `command`: the program and its arguments; empty: there is none.
    explicit OwnChecks(std::vector<std::string> command) : command_(std::move(command)) {}

    ~OwnChecks();
    OwnChecks(const OwnChecks&) = delete;
    OwnChecks& operator=(const OwnChecks&) = delete;

    /// {findings [{level, what, why, todo, cause}], broken, warnings}. Errc::rate_limited while one runs;
    /// Errc::refused if it did not end within a minute, or cannot be run.
    Async<Result<Json>> run();

private:
    std::vector<std::string> command_;
    std::atomic<pid_t> child_ = 0;  // while it runs
    std::optional<boost::asio::thread_pool> thread_ = {};
    bool running_ = false;
};

}  // namespace tfy::app
