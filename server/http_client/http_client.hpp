// Requests to one server over HTTPS. One thread drives the curl_multi of all clients that share it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/time.hpp"
#include "tools/async.hpp"

namespace tfy::http_client {

struct WebRequest {
    std::string method;                         // upper case
    std::string target;                         // origin form, percent-encoded: "/api/things?limit=100"
    std::string body = {};                      // UTF-8, or empty
    std::chrono::milliseconds timeout{30'000};  // from connect to last byte
    std::vector<std::pair<std::string, std::string>> headers = {};  // beside those that every request has
    std::string body_type = "application/json";
};

/// One of a mail's recipients, and what the server said.
struct RefusedRecipient {
    std::string address;
    int status = 0;
    std::string words = {};
};

struct WebResponse {
    int status = 0;
    std::string content_type = {};
    std::string request_id = {};                           // x-request-id, empty if there is none
    std::optional<std::chrono::seconds> retry_after = {};  // see read_retry_after()
    std::string body = {};                                 // may hold a secret: wipe it
    std::optional<policy::Time> date = {};                 // when the server says that it answered
    std::vector<RefusedRecipient> refused = {};            // of a mail that went to the others
};

class HttpClient {
public:
    virtual ~HttpClient() = default;

    /// Sends one request and waits for the whole response.
    ///
    /// Any status is a success: 404 is an answer. Errc::upstream means that there was none and that the
    /// request did not arrive (refused, no route, TLS refused), Errc::ambiguous that it may have arrived
    /// (time-out, cut off, body over the limit). Never retries, never follows a redirect. Cancelling the
    /// coroutine aborts the transfer.
    virtual Async<Result<WebResponse>> send(WebRequest request) = 0;
};

struct ServerOptions {
    std::string base_url;      // "https://acme.truefoundry.cloud": no trailing slash; http only for loopback
    std::string ca_file = {};  // beside the system's
    std::chrono::milliseconds connect_timeout{10'000};
    std::size_t body_limit = 1024 * 1024;
    std::string setting = "TFY_BASE_URL";  // what to check if it cannot be reached
    bool ignore_body = false;  // do not keep it; if it is over the limit or cut off, the status is the answer
};

/// Gives a whole header line that holds a secret ("Authorization: Bearer …"), or nothing for none. It is
/// called on the thread for each request when it is sent, and its line is wiped afterwards.
using SecretHeader = std::function<std::string()>;

class TransferThread;

/// For several clients; ends with the last of them, or when stop() is called.
std::shared_ptr<TransferThread> start_transfers();

/// Keep-alive, TLS 1.2 and up and verified, no redirects, no cookies, proxy variables honoured. When the
/// thread ends, open transfers end with Errc::ambiguous.
std::unique_ptr<HttpClient> make_client(std::shared_ptr<TransferThread> thread, ServerOptions options,
                                        SecretHeader secret_header = {});

}  // namespace tfy::http_client
