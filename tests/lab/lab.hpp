// The sandbox over HTTP, with faults by script: see README.md.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <set>

#include "server/cli/sandbox_routes.hpp"
#include "server/transport/peer.hpp"
#include "tests/lab/faults.hpp"
#include "tests/lab/lab_plane.hpp"

namespace tfy::lab {

/// One thread. What it is given outlives it.
class Lab {
public:
    /// `log` and `errors`: as the sandbox's own; a line of the log has `faults`, too, and its status is null
    /// where the connection was reset. Requests for the fault script have no line.
    Lab(std::vector<sandbox::Account> accounts, const Clock& clock, const sealing::Sealer& redaction,
        std::ostream& log, std::ostream& errors);

    transport::ListenerOptions listening(transport::ListenerOptions options) {
        return routes_.listening(std::move(options));
    }
    Async<void> serve(transport::HttpRequest& request, transport::Responder& answer);
    /// From now on an answer is neither late nor slow.
    void end_delays();

    const std::vector<std::string>& dangers() const { return routes_.dangers(); }
    sandbox::ControlPlane& plane() { return plane_.plane(); }

private:
    transport::HttpResponse script(const transport::HttpRequest& request);
    transport::HttpResponse work(const transport::HttpRequest& request, const Plan& plan, Json& line);
    Async<void> spoil(const Plan& plan, transport::HttpResponse made, bool with_body, transport::Peer& peer);
    Async<void> wait(milliseconds time);

    const Clock& clock_;
    const sealing::Sealer& redaction_;
    LabPlane plane_;
    cli::SandboxRoutes routes_;
    FaultScript script_;
    std::set<boost::asio::steady_timer*> waiting_;
    bool ending_ = false;
};

}  // namespace tfy::lab
