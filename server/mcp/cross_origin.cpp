#include "server/mcp/cross_origin.hpp"

#include <algorithm>

#include "server/transport/text.hpp"

namespace tfy::mcp {
namespace {

constexpr auto methods = "GET, POST, DELETE";
constexpr auto request_headers =
    "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, MCP-Protocol-Version, "
    "Mcp-Session-Id";
constexpr auto response_headers = "Mcp-Session-Id, Retry-After, WWW-Authenticate";
constexpr auto preflight_life = "600";  // seconds
constexpr std::string_view of_a_parameter = "mcp-param-";

/// Headers that mirror a tool's arguments have names of their own: those that were asked for, in lower case.
std::string parameter_headers(std::string_view asked) {
    std::string found;
    while (!asked.empty()) {
        const auto comma = std::min(asked.find(','), asked.size());
        const auto name = transport::lowered(transport::trimmed(asked.substr(0, comma)));
        if (name.starts_with(of_a_parameter)) found += ", " + name;
        asked.remove_prefix(std::min(comma + 1, asked.size()));
    }
    return found;
}

}  // namespace

CrossOrigin::CrossOrigin(const transport::HttpRequest& request, transport::Responder& answer)
    : answer_(answer),
      headers_{{"vary", "Origin"}},
      request_headers_(request.header("access-control-request-headers").value_or("")) {
    const auto origin = request.header("origin");
    if (!origin) return;
    headers_.emplace_back("access-control-allow-origin", *origin);
    headers_.emplace_back("access-control-expose-headers", response_headers);
    preflight_ = request.method == "OPTIONS" && request.header("access-control-request-method").has_value();
}

Async<void> CrossOrigin::reply_preflight() {
    transport::HttpResponse reply{.status = 204};
    reply.headers.emplace_back("access-control-allow-methods", methods);
    reply.headers.emplace_back("access-control-allow-headers",
                               request_headers + parameter_headers(request_headers_));
    reply.headers.emplace_back("access-control-max-age", preflight_life);
    co_await this->reply(std::move(reply));
}

Async<Result<void>> CrossOrigin::reply(transport::HttpResponse reply) {
    reply.headers.insert(reply.headers.end(), headers_.begin(), headers_.end());
    co_return co_await answer_.reply(std::move(reply));
}

Async<Result<void>> CrossOrigin::start_events(transport::Headers extra) {
    begun_ = true;
    extra.insert(extra.end(), headers_.begin(), headers_.end());
    co_return co_await answer_.start_events(std::move(extra));
}

// The first event starts the stream, which has to have its headers by then.
Async<Result<void>> CrossOrigin::event(redaction::Redacted data, std::string id) {
    if (!begun_) {
        auto started = co_await start_events({});
        if (!started) co_return started;
    }
    co_return co_await answer_.event(std::move(data), std::move(id));
}

Async<Result<void>> CrossOrigin::hint(std::string id, std::optional<std::chrono::milliseconds> retry) {
    if (!begun_) {
        auto started = co_await start_events({});
        if (!started) co_return started;
    }
    co_return co_await answer_.hint(std::move(id), retry);
}

Async<Result<void>> CrossOrigin::end_events() { co_return co_await answer_.end_events(); }

}  // namespace tfy::mcp
