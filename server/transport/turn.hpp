// Whose turn it is, among coroutines of one loop.
#pragma once

#include <boost/asio/steady_timer.hpp>

namespace tfy::transport {

/// Holds the turn, and gives it back however its holder ends: who waits on the timer looks again.
class Turn {
public:
    Turn(bool& taken, boost::asio::steady_timer& given_back) : taken_(taken), given_back_(given_back) {
        taken_ = true;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    // NOLINTNEXTLINE(bugprone-exception-escape): cancelling a timer fails only if there is no reactor
    ~Turn() {
        taken_ = false;
        given_back_.cancel();
    }

private:
    bool& taken_;
    boost::asio::steady_timer& given_back_;
};

}  // namespace tfy::transport
