// The sandbox as its command serves it, and the lab, each on a loop of its own, with a clock that a test
// sets.
#pragma once

#include <sstream>

#include "server/cli/sandbox_routes.hpp"
#include "server/sealing/sealer.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/raw_socket.hpp"
#include "tests/lab/lab.hpp"

namespace tfy::tests {

/// One answer, taken apart.
struct RawReply {
    int status = 0;  // 0: there was none
    std::string head;
    std::string body;
    bool whole = false;  // as long as its content-length says

    explicit RawReply(const std::string& bytes) {
        const auto end = bytes.find("\r\n\r\n");
        if (end == std::string::npos) return;
        head = bytes.substr(0, end + 2);
        body = bytes.substr(end + 4);
        status = std::stoi(head.substr(9, 3));
        whole = header("content-length") == std::to_string(body.size());
    }
    std::string header(const std::string& name) const {
        const auto at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        const auto from = at + name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
    Json json() const { return Json::parse(body); }
};

/// What `tfy-pat-mcp sandbox` serves.
class SandboxServed : public cli::SandboxRoutes {
public:
    SandboxServed(std::vector<sandbox::Account> accounts, const Clock& clock,
                  const sealing::Sealer& redaction, std::ostream& log, std::ostream& errors)
        : SandboxRoutes(plane_, redaction, clock, log, errors),
          plane_(sandbox::make_memory_shelf(), clock, std::move(accounts)) {}
    sandbox::ControlPlane& plane() { return plane_; }

private:
    sandbox::ControlPlane plane_;
};

template <class Routes>
class ServedPlane {
public:
    explicit ServedPlane(std::vector<sandbox::Account> accounts = {})
        : routes_(std::move(accounts), clock_, redaction_, log_, errors_) {
        const transport::HttpHandler handler = [this](transport::HttpRequest& request,
                                                      transport::Responder& answer) {
            return routes_.serve(request, answer);
        };
        listener_ = std::move(*transport::Listener::bind(loop_.context(), routes_.listening({}), handler));
        listener_->start();
    }
    ServedPlane(const ServedPlane&) = delete;
    ServedPlane& operator=(const ServedPlane&) = delete;
    ~ServedPlane() { loop_.drop(std::move(listener_)); }

    std::uint16_t port() const { return listener_->port(); }
    LoopThread& loop() { return loop_; }
    RawSocket connect() const { return RawSocket::connect(listener_->port()); }

    static std::string request(const std::string& line, const std::string& key, const std::string& body = {},
                               const std::string& more = "Connection: close\r\n") {
        return line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n" + more +
               (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" +
               body;
    }
    /// One request on a connection of its own: "GET /api/…".
    RawReply ask(const std::string& line, const std::string& body = {},
                 const std::string& key = std::string(sandbox::sandbox_key)) const {
        auto socket = connect();
        socket.send(request(line, key, body));
        return RawReply(socket.read_to_end());
    }
    RawReply post_faults(const Json& script) const { return ask("POST /__sandbox/faults", script.dump()); }

    /// `work` where the sandbox works: on its thread.
    template <class Work>
    auto on_loop(Work work) {
        return await(
            boost::asio::post(loop_.context(), std::packaged_task<decltype(work())()>(std::move(work))));
    }
    void advance(std::chrono::milliseconds time) {
        on_loop([this, time] { clock_.advance(time); });
    }
    /// The control plane asked past the wire: also when the sandbox answers nothing any more.
    Json state() {
        return on_loop([this] {
            const auto listed =
                routes_.plane().handle("GET", "/api/svc/v1/personal-access-tokens", sandbox::sandbox_key, "");
            return Json::parse(listed.body);
        });
    }
    /// The access log, one value a line.
    std::vector<Json> log() {
        std::istringstream lines(on_loop([this] { return log_.str(); }));
        std::vector<Json> read;
        for (std::string line; std::getline(lines, line);) read.push_back(Json::parse(line));
        return read;
    }
    std::string errors() {
        return on_loop([this] { return errors_.str(); });
    }
    std::vector<std::string> dangers() {
        return on_loop([this] { return routes_.dangers(); });
    }

private:
    fakes::ManualClock clock_{policy::read_time("2026-11-23T12:00:00Z").value()};
    const sealing::Sealer redaction_{redaction::FingerprintKeyForTests::make(), {}};
    std::ostringstream log_;
    std::ostringstream errors_;
    Routes routes_;
    LoopThread loop_;
    std::unique_ptr<transport::Listener> listener_;
};

using ServedSandbox = ServedPlane<SandboxServed>;
using ServedLab = ServedPlane<lab::Lab>;

}  // namespace tfy::tests
