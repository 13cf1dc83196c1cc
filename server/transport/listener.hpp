// Accepts connections and reads HTTP from them, within limits, until it is told to drain.
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "server/system/peer_account.hpp"
#include "server/tls/session.hpp"
#include "server/transport/guard.hpp"

namespace tfy::transport {

/// Told of each request that is turned away before a handler sees it: its method and target as they came,
/// empty if the head could not be read, and the status. What it returns is in the answer's head, too.
using RefusalHook = std::function<Headers(const std::string& method, const std::string& target, int status)>;

/// A request whose head was let through, before a byte of its body is read.
struct Arrival {
    std::string_view method;
    std::string_view path;    // decoded once, without the query
    const Headers& headers;   // names in lower case, values trimmed
    std::string_view remote;  // "127.0.0.1"
    /// Of the process that holds the other end of the connection. The kernel is asked until it has answered
    /// once.
    std::function<system::PeerAccount()> account;
};

/// A caller, and by what it is known again later: no credential; empty if it does not end.
struct KnownCaller : policy::Caller {
    KnownCaller() = default;
    KnownCaller(policy::Caller caller, std::string by = {})
        : policy::Caller(std::move(caller)), held(std::move(by)) {}
    std::string held = {};
};

/// Who sends a request; or its answer, which ends the connection.
using Verdict = std::variant<KnownCaller, guard::Rejection>;
/// The same, or what has to be awaited to know it.
using Admission = std::variant<KnownCaller, guard::Rejection, Async<Verdict>>;
/// Asked for each request between its head and its body.
using ArrivalHook = std::function<Admission(const Arrival&)>;

/// Asked when the handler of a caller with this `held` waits: `end` is called once this caller is served no
/// longer, with what it is told if its answer has not begun; not after what was returned is let go.
using CallerEndHook =
    std::function<std::shared_ptr<void>(std::string held, std::function<void(guard::Rejection)> end)>;

struct ListenerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    /// For a page: if `address` is "localhost" to a browser, 127.0.0.1 and ::1 are both held at the port,
    /// since what listens at either one is, too. An address that the machine lacks is left out.
    bool whole_localhost = false;
    std::vector<std::string> hosts =
        {};  // allowed `Host` besides localhost, 127.0.0.1 and [::1] (with this port or none)
    std::vector<std::string> origins =
        {};  // allowed `Origin` besides localhost, 127.0.0.1 and [::1], with this scheme and port
    bool takes_names = true;  // false: no setting adds to both, and refusals name none
    std::size_t body_limit = 4 * 1024 * 1024;
    /// What a method takes at most at a path, decoded, if that is less: so much each open connection may keep
    /// in memory.
    std::function<std::size_t(std::string_view method, std::string_view path)> body_limit_at = {};
    std::size_t header_limit = 16 * 1024;
    std::size_t connections = 10'240;
    /// Of these at most so many of one network (client_network()), if `counted` says of an address that its
    /// connections count. More are answered 429, and closed.
    std::size_t connections_of_one = 512;
    std::function<bool(std::string_view remote)> counted = {};
    std::chrono::milliseconds header_deadline{10'000};
    std::chrono::milliseconds body_deadline{30'000};
    std::chrono::milliseconds idle{75'000};
    std::chrono::milliseconds keep_alive_comment{15'000};
    /// Gives each connection its TLS; none: the port is plain.
    std::function<std::unique_ptr<tls::Session>()> tls = {};
    bool wants_length = true;  // false: a POST with neither length nor chunks has no body (RFC 9112, 6.3)
    RefusalHook refused = {};
    ArrivalHook arrived = {};
    CallerEndHook ends = {};
};

/// "http://localhost:8780": where a page is at that port of both loopback addresses. Browsers have no
/// passkeys at http://127.0.0.1.
std::string localhost_origin(std::uint16_t port, bool tls = false);

/// HTTP/1.1 on one loop, over TLS where there is one. Every request is checked (Host, Origin, smuggling
/// guard) before the handler sees it; what fails gets 400, 403, 408, 411, 413, 415, 431, 501, 503 or 505 with
/// a one-line JSON body {"error": …}.
class Listener {
public:
    /// Binds at once. Errc::storage never; Errc::refused if an address cannot be bound, with the
    /// reason; its data tells which, and whether another program has it ({"in_use": true, "address": …}).
    static Result<std::unique_ptr<Listener>> bind(boost::asio::io_context& loop, ListenerOptions options,
                                                  HttpHandler handler);
    ~Listener();

    std::uint16_t port() const;
    void start();
    /// No new connections or requests; open ones may finish. Resumes when none is left or `limit` is over
    /// (then they are cut).
    Async<void> drain(std::chrono::milliseconds limit);

private:
    struct Impl;
    explicit Listener(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace tfy::transport
