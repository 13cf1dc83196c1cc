// JSON-RPC 2.0 messages as values.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// A request id, kept exactly as it came: a string or an integer, never null, never a fraction.
class RequestId {
public:
    RequestId() = default;  // 0
    explicit RequestId(std::int64_t number) : value_(number) {}
    explicit RequestId(std::string text) : value_(std::move(text)) {}

    /// Of a string, in bytes: it is repeated in every message about its request.
    static constexpr std::size_t longest = 256;

    /// Errc::invalid_request for anything but an integer that fits in 64 bits or a string that is not too
    /// long.
    static Result<RequestId> read(const Json& value);

    const Json& json() const { return value_; }
    /// Distinguishes 1 from "1".
    std::string key() const { return value_.dump(-1, ' ', false, Json::error_handler_t::replace); }
    friend bool operator==(const RequestId& a, const RequestId& b) { return a.value_ == b.value_; }

private:
    Json value_ = std::int64_t{0};
};

struct Request {
    RequestId id;
    std::string method;
    Json params = Json::object();  // always an object
};

struct Notification {
    std::string method;
    Json params = Json::object();
};

/// An answer to a request that we sent (legacy eras only).
struct Response {
    RequestId id;
    Json result = nullptr;       // set, or
    std::optional<Error> error;  // the peer's error: its message is untrusted text
};

/// Not JSON-RPC: answered with `error`, and with the id where one could be read.
struct Malformed {
    std::optional<RequestId> id;
    Error error;
};

using Message = std::variant<Request, Notification, Response, Malformed>;

/// Sorts one parsed value into what it is. Batches (arrays) and unknown shapes are Malformed.
Message read_message(Json value);

/// The messages of a batch, which only 2025-03-26 knows. Errc::invalid_request for an empty one, and for more
/// than 100; a request to `initialize` in it is Malformed.
Result<std::vector<Message>> read_batch(Json array);

Json write_request(const RequestId& id, std::string_view method, Json params);
Json write_notification(std::string_view method, Json params);
Json write_result(const RequestId& id, Json result);
/// The member `error` of an answer; `legacy`: see json_rpc_code().
Json write_error_object(const Error& error, bool legacy);

/// Without an id the member is left out (2026-07-28), or null where `legacy`.
Json write_error(const std::optional<RequestId>& id, const Error& error, bool legacy);

}  // namespace tfy::protocol
