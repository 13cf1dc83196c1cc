// What the sandbox answers over HTTP: the control plane, and a line about each request.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "server/sealing/sealer.hpp"
#include "server/transport/listener.hpp"
#include "tools/sandbox/control_plane.hpp"

namespace tfy::cli {

/// Once a request came in that must never be sent, nothing but 599 is answered any more: the author of the
/// client sees it with the very next call, and not only by the sandbox's exit code.
///
/// A create answer must hold its value: here it is the other side of the wire. Everything that it is given
/// outlives it. One thread.
class SandboxRoutes {
public:
    /// `log` takes a line of JSON a request (time, method, path, query, status, account, request_id).
    /// `errors` takes what must not be missed.
    SandboxRoutes(sandbox::ControlPlane& plane, const sealing::Sealer& redaction, const Clock& clock,
                  std::ostream& log, std::ostream& errors)
        : plane_(plane), redaction_(redaction), clock_(clock), log_(log), errors_(errors) {}

    /// How the sandbox listens, with all it has to say about refused requests.
    transport::ListenerOptions listening(transport::ListenerOptions options);

    Async<void> serve(const transport::HttpRequest& request, transport::Responder& answer);

    /// Answers a request that may be sent; the status in `line` is its to set.
    using Answering = std::function<transport::HttpResponse(Json& line)>;
    /// The answer, and the line in the log: of the control plane, or of `safe`, which is in for it.
    transport::HttpResponse handle(const transport::HttpRequest& request, const Answering& safe = {});
    transport::HttpResponse reply(sandbox::SandboxResponse made, Json& line) const;

    /// What came in that no client may ever send, one entry each: "GET /{name}, which would have …".
    const std::vector<std::string>& dangers() const { return dangers_; }

    static std::string bearer_of(const transport::HttpRequest& request);

private:
    transport::Headers refused(const std::string& method, const std::string& target, int status);
    transport::HttpResponse defect(std::string_view danger, Json& line) const;
    redaction::Redacted sealed(std::string body) const;
    Json line_of(std::string_view method, std::string_view path, std::string_view query) const;
    void note_danger(std::string_view danger, std::string_view method, std::string_view target);

    sandbox::ControlPlane& plane_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    std::ostream& log_;
    std::ostream& errors_;
    std::vector<std::string> dangers_;
};

}  // namespace tfy::cli
