// What the sandbox answers over HTTP: the control plane, the fault script, and a line about each request.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "server/cli/sandbox_connection.hpp"
#include "tools/sandbox/control_plane.hpp"
#include "tools/sandbox/faults.hpp"

namespace tfy::cli {

/// Where the fault script is posted, shown and cleared: from this machine only.
inline constexpr std::string_view faults_path = "/__sandbox/faults";

/// Once a request came in that must never be sent, nothing but 599 is answered any more, fault script aside:
/// whoever wrote the client sees it with the very next call, and not only by the sandbox's exit code.
///
/// A create answer must hold its value: here it is the other side of the wire. Everything that it is given
/// outlives it. One thread.
class SandboxRoutes final : public SandboxHandler {
public:
    /// `log` takes a line of JSON a request (time, method, path, query, status, account, faults, request_id;
    /// status null where the connection was reset); requests for the fault script have none. `errors` takes
    /// what must not be missed.
    SandboxRoutes(sandbox::ControlPlane& plane, const sealing::Sealer& redaction, const Clock& clock,
                  std::ostream& log, std::ostream& errors)
        : plane_(plane), redaction_(redaction), clock_(clock), log_(log), errors_(errors) {}

    Delivery handle(const transport::HttpRequest& request, std::string_view target) override;
    void refused(std::string_view method, std::string_view target, int status) override;
    std::string date() const override;

    /// What came in that no client may ever send, one entry each: "GET /{name}, which would have …".
    const std::vector<std::string>& dangers() const { return dangers_; }

private:
    Delivery script(const transport::HttpRequest& request);
    Delivery answer(const transport::HttpRequest& request, std::string_view target, const sandbox::Plan& plan,
                    Json& line);
    Delivery defect(std::string_view danger, Json& line) const;
    transport::HttpResponse reply(sandbox::SandboxResponse made) const;
    redaction::Redacted sealed(std::string body) const;
    void note_danger(std::string_view danger, std::string_view method, std::string_view target);
    void write(const Json& line);

    sandbox::ControlPlane& plane_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    std::ostream& log_;
    std::ostream& errors_;
    sandbox::FaultScript script_;
    std::vector<std::string> dangers_;
};

}  // namespace tfy::cli
