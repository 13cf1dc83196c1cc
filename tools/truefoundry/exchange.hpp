// One HTTP exchange with the control plane: the seam between what we ask (client.cpp) and how it travels
// (curl, the sandbox, a script in a test).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/time.hpp"
#include "tools/async.hpp"

namespace tfy::truefoundry {

struct ApiRequest {
    std::string method;     // upper case
    std::string target;     // origin form, percent-encoded: "/api/svc/v1/personal-access-tokens?limit=100"
    std::string body = {};  // UTF-8 JSON, or empty
    std::chrono::milliseconds timeout{30'000};                      // from connect to last byte
    std::vector<std::pair<std::string, std::string>> headers = {};  // beside those that every request has
};

/// Text of someone who keeps it and gives it out again: the same object is the same text.
using SharedText = std::shared_ptr<const std::string>;

struct ApiResponse {
    int status = 0;
    std::string content_type = {};
    std::string request_id = {};                           // x-request-id, empty if there is none
    std::optional<std::chrono::seconds> retry_after = {};  // for so long it wants to be left alone
    std::string body = {};                                 // at most 1 MiB; may hold a token's value: wipe it
    std::optional<policy::Time> date = {};                 // when the server says that it answered
    std::string key_from = {};  // where the key of the request was set; empty if unknown
    SharedText shared = {};     // in the place of `body`

    std::string_view text() const { return shared ? std::string_view(*shared) : body; }
};

class Exchange {
public:
    virtual ~Exchange() = default;

    /// Sends one request and waits for the whole response.
    ///
    /// Any status is a success: 404 is an answer. Errc::upstream means that there was none and that the
    /// request did not arrive (refused, no route, TLS refused, not configured), Errc::ambiguous that it may
    /// have arrived (time-out, cut off, body over the limit). Adds credentials; callers never see them. Never
    /// retries, never follows a redirect. Cancelling the coroutine aborts the transfer.
    virtual Async<Result<ApiResponse>> send(ApiRequest request) = 0;
};

}  // namespace tfy::truefoundry
