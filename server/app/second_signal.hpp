// The second Ctrl-C.
#pragma once

#include <boost/asio/signal_set.hpp>

namespace tfy::app {

/// After the first SIGINT or SIGTERM: the next one ends the process at once, with 128 and the signal's
/// number, whatever the loop does at that moment. A crash loses nothing that is journalled, so neither does
/// this. `heard` hears no further signal.
void end_at_once_when_told_again(boost::asio::signal_set& heard);

}  // namespace tfy::app
