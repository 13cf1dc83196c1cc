// Who may ask: the seam between a request's head and its body.
#pragma once

#include <optional>

#include "server/transport/listener.hpp"

namespace tfy::callers {

class Authenticator {
public:
    virtual ~Authenticator() = default;

    /// Asked for each request to /mcp whose head was let through, before a byte of its body is read. What it
    /// returns is the answer, and ends the connection; nothing: the request goes on.
    virtual std::optional<transport::guard::Rejection> refusal(const transport::Arrival& arrival) const = 0;
};

}  // namespace tfy::callers
