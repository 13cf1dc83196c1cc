// HTTP as the rest of the house sees it: a request that has been read whole and checked, and the way to
// answer it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/call.hpp"
#include "policy/redaction/redactor.hpp"
#include "tools/async.hpp"

namespace tfy::transport {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method;          // upper case
    std::string path;            // percent-decoded once, without the query: "/approvals/api/session"
    std::string query;           // as it came, without '?'
    std::string target;          // as it came, all of it
    Headers headers;             // names in lower case, values trimmed
    std::string body;            //
    std::string remote;          // "127.0.0.1"
    policy::Caller caller = {};  // as the arrival hook found; no principal if it was not asked

    /// The one value of a header, which lives as long as the request; nullopt if absent or sent twice.
    std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = {};  // empty: no body
    std::optional<redaction::Redacted> body = {};
    Headers headers = {};
};

/// The answering side of one request. Exactly one of reply() or events (first event() to end()) is used.
class Responder {
public:
    virtual ~Responder() = default;

    /// The whole answer at once.
    virtual Async<Result<void>> reply(HttpResponse reply) = 0;

    /// One server-sent event, `data: …`. The first one starts the stream (200, text/event-stream, no-store,
    /// X-Accel-Buffering: no, and `extra` headers); comment lines keep it alive from then on. One caller at a
    /// time. `id`, where not empty, is what a client names to go on from here.
    virtual Async<Result<void>> event(redaction::Redacted data, std::string id = {}) = 0;
    /// An event without a message: the id to go on from, and how long to wait before coming back.
    virtual Async<Result<void>> hint(std::string id, std::optional<std::chrono::milliseconds> retry) = 0;
    /// Starts the stream without an event, so that a waiting client sees that it is being served.
    virtual Async<Result<void>> start_events(Headers extra = {}) = 0;
    virtual Async<Result<void>> end_events() = 0;
    virtual bool streaming() const = 0;
};

/// Answers one request, which lives until the handler ends and is its own meanwhile: it may wipe what it has
/// read. When the peer goes away the coroutine is cancelled, so what must be finished runs elsewhere. Errors
/// of Responder mean that the peer is gone.
using HttpHandler = std::function<Async<void>(HttpRequest& request, Responder& answer)>;

}  // namespace tfy::transport
