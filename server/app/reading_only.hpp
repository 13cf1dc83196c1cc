// Addresses that a program only reads: what it is answered that wants anything else of them.
#pragma once

#include <optional>

#include "policy/redacted.hpp"
#include "server/transport/http.hpp"

namespace tfy::app {

/// 405 for what is neither GET nor HEAD.
inline std::optional<transport::HttpResponse> unless_it_reads(const transport::HttpRequest& request) {
    if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
    return transport::HttpResponse{
        .status = 405,
        .content_type = "application/json",
        .body = redaction::Redacted::error_object(redaction::Literal("This address serves only GET.")),
        .headers = {{"allow", "GET, HEAD"}}};
}

}  // namespace tfy::app
