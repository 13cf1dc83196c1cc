// Waits that say why they ended, so that each loop around one says what it does when the server stops.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "tools/async.hpp"

namespace tfy::loop {

/// Why a wait ended. A coroutine that was cancelled gets none of these: it ends with an exception.
enum class [[nodiscard]] Woken { changed, timed_out, draining };

/// One loop only. Who still waits may outlive it.
class Signal {
public:
    /// Grows with each notify().
    std::uint64_t revision() const { return state_->revision; }
    /// Something has changed: every wait ends, and no pause.
    void notify();
    /// No one is kept waiting any more: every wait and pause ends now, and each later one at once.
    void drain();
    bool draining() const { return state_->draining; }

    /// Resumes when revision() is no longer `seen`, after `limit`, or when it drains.
    Async<Woken> wait(std::uint64_t seen, std::chrono::milliseconds limit) const {
        return wait_at(state_, seen, limit);
    }
    /// Resumes after `limit`, or when it drains.
    Async<Woken> pause(std::chrono::milliseconds limit) const { return pause_at(state_, limit); }

private:
    struct State {
        std::uint64_t revision = 1;
        bool draining = false;
        std::vector<boost::asio::steady_timer*> waiting = {};  // one for each coroutine that waits
    };
    using Shared = std::shared_ptr<State>;  // with the coroutines that wait

    static Async<Woken> wait_at(Shared state, std::uint64_t seen, std::chrono::milliseconds limit);
    static Async<Woken> pause_at(Shared state, std::chrono::milliseconds limit);

    Shared state_ = std::make_shared<State>();
};

}  // namespace tfy::loop
