// MCP over the process's own stdin and stdout: one message a line, and nothing else on stdout.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "server/transport/transport.hpp"

namespace tfy::transport {

class StdioTransport : public Transport {
public:
    /// Errc::closed if something was not sent, or still waits to be; with the reason of the first time.
    virtual Result<void> all_sent() const = 0;
    /// Nothing waits to be written.
    virtual bool all_written() const = 0;
    /// What waits to be written is dropped: the client does not read it. From now on sending fails.
    virtual void end_output() = 0;
};

/// Takes file descriptors (duplicated; the originals are left alone). Works with pipes, sockets, terminals
/// and regular files.
std::unique_ptr<StdioTransport> open_stdio(boost::asio::any_io_executor loop, int in_fd, int out_fd,
                                           std::size_t line_limit = 4 * 1024 * 1024);

}  // namespace tfy::transport
