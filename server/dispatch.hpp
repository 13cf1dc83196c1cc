// From a request to its answer: the table of methods, for both eras.
#pragma once

#include <map>
#include <string>

#include "protocol/lifecycle.hpp"
#include "server/call_tool.hpp"

namespace tfy::server {

class Dispatch {
public:
    Dispatch(CallTool& call_tool, const tools::Catalog& catalog, const Redaction& redaction,
             protocol::ServerInfo server, std::size_t calls_per_principal = 32);

    /// The whole message that answers `request`, sealed, and the error's code where it is one (HTTP needs
    /// it). Never fails.
    struct Sealed {
        policy::Redacted message;
        std::optional<Errc> error;
    };
    Async<Sealed> answer(Requester& requester, protocol::Request request);

    /// As answer(), for what went wrong before a requester was known.
    Sealed refuse(const std::optional<protocol::RequestId>& id, const Error& error, bool legacy) const;

    /// For messages that are no answers of tools: initialize.
    policy::Redacted seal(const Json& message) const { return redaction_.seal(message); }

    const protocol::ServerInfo& server() const { return server_; }
    const tools::Catalog& catalog() const { return catalog_; }

private:
    Async<Result<Answer>> route(Requester& requester, const protocol::Request& request);
    Async<Result<Answer>> call(Requester& requester, const Json& params);

    CallTool& call_tool_;
    const tools::Catalog& catalog_;
    const Redaction& redaction_;
    protocol::ServerInfo server_;
    std::size_t calls_per_principal_;
    std::map<std::string, std::size_t> calls_;  // in flight, by principal
};

}  // namespace tfy::server
