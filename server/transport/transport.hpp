// One peer on one message stream (stdio), as the session sees it.
#pragma once

#include <chrono>
#include <string>

#include "policy/redaction/redactor.hpp"
#include "tools/async.hpp"

namespace tfy::transport {

/// The way back for messages: notifications, requests to the client, answers. Takes nothing but sealed text.
class Outbox {
public:
    virtual ~Outbox() = default;
    /// In order; one frame. Errc::closed if the peer is gone. May be called while another send waits.
    virtual Async<Result<void>> send(redaction::Redacted message) = 0;
    /// Called before a wait of seconds: a transport that can shows its peer that the request is being served.
    virtual Async<Result<void>> expect_wait() = 0;
    /// The peer is known to have left: no message reaches it.
    virtual bool gone() const { return false; }
    /// False if only the answer itself gets through: a client that takes no stream.
    virtual bool streams() const { return true; }
    /// Ends the connection of the moment, not the request: the client comes back for the rest after `retry`.
    /// Does nothing if a connection cannot be taken up again.
    virtual void suspend(std::chrono::milliseconds retry) { static_cast<void>(retry); }
};

class Transport : public Outbox {
public:
    Async<Result<void>> expect_wait() override { co_return Result<void>{}; }
    /// The next message as text. Errc::closed at end of input, Errc::too_large for a line over the limit (the
    /// stream goes on).
    virtual Async<Result<std::string>> receive() = 0;
    /// From now on receive() says that the input has ended, the call that waits in it too.
    virtual void end_input() = 0;
};

}  // namespace tfy::transport
