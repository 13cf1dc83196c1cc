#include "server/app/second_signal.hpp"

#include <unistd.h>

#include <csignal>

namespace tfy::app {

// Not left to the system's default: that does nothing to the first process of a container.
void end_at_once_when_told_again(boost::asio::signal_set& heard) {
    heard.clear();
    for (const int each : {SIGINT, SIGTERM}) std::signal(each, [](int number) { ::_exit(128 + number); });
}

}  // namespace tfy::app
