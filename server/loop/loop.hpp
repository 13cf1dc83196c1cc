// The one loop of a process.
#pragma once

#include <boost/asio/io_context.hpp>

namespace tfy::loop {

class Loop : public boost::asio::io_context {
public:
    Loop() : io_context(1) {}

    /// Destroys every coroutine that is still suspended, while what it refers to is still there. After it
    /// nothing runs here any more.
    void abandon() { shutdown(); }
};

}  // namespace tfy::loop
