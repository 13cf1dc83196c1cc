// CORS for /mcp: what a page of an allowed origin has to be told so that its browser lets it speak MCP.
// Without credentials: nothing at /mcp goes by a cookie.
#pragma once

#include "server/transport/http.hpp"

namespace tfy::mcp {

/// The answer to one request, with the headers that its browser asks for. Only for requests whose Origin,
/// where they have one, was found to be allowed.
class CrossOrigin final : public transport::Responder {
public:
    /// `answer` must outlive it; of `request` it keeps what it needs.
    CrossOrigin(const transport::HttpRequest& request, transport::Responder& answer);

    /// A browser asks whether a page may send what it is about to send.
    bool is_preflight() const { return preflight_; }
    Async<void> reply_preflight();

    Async<Result<void>> reply(transport::HttpResponse reply) override;
    Async<Result<void>> event(redaction::Redacted data, std::string id) override;
    Async<Result<void>> hint(std::string id, std::optional<std::chrono::milliseconds> retry) override;
    Async<Result<void>> start_events(transport::Headers extra) override;
    Async<Result<void>> end_events() override;
    bool streaming() const override { return answer_.streaming(); }

private:
    transport::Responder& answer_;
    transport::Headers headers_;
    std::string request_headers_;  // what the preflight asks for
    bool preflight_ = false;
    bool begun_ = false;
};

}  // namespace tfy::mcp
