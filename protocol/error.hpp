// One language of failure for the whole house: a code, a sentence, and what a JSON-RPC error may carry beside
// them.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tfy {
using Json = nlohmann::json;
}  // namespace tfy

namespace tfy::protocol {

enum class Errc {
    // The peer broke the protocol: answered with a JSON-RPC error (numbers: error.cpp).
    parse_error,
    invalid_request,
    method_not_found,
    invalid_params,
    internal,
    header_mismatch,
    missing_capability,
    unsupported_version,
    resource_not_found,  // of resources/read
    // The tool, the policy or TrueFoundry said no: answered with a tool result that has isError.
    refused,              // a rule, or a value that cannot be right
    denied,               // a person said no
    expired,              // no one decided in time
    withdrawn,            // the asking side took it back
    superseded,           // what was approved is no longer what is there
    not_found,            //
    conflict,             // exists already
    rate_limited,         //
    no_approval_channel,  // no one who could approve it can be reached
    upstream,             // TrueFoundry said no, or could not be reached: nothing changed there
    ambiguous,            // the request may have arrived: no one knows whether something changed
    storage,              // our own state cannot be read or written
    // Neither: about a connection, never shown as a result.
    too_large,
    closed,
    cancelled,
};

struct Error {
    Errc code = Errc::internal;
    std::string
        message;  // what failed, why, what was not done, what to do next; never upstream text as it came
    Json data = nullptr;  // JSON-RPC error.data, null for none

    Error() = default;
    Error(Errc error_code, std::string error_message, Json error_data = nullptr)
        : code(error_code), message(std::move(error_message)), data(std::move(error_data)) {}
};

template <class T>
using Result = boost::system::result<T, Error>;

/// The code's name as it is in logs and in structuredContent.status: "not_found".
std::string_view name(Errc code);

/// JSON-RPC error number. Codes that are no protocol errors map to -32603; too_large is an invalid request.
/// `legacy`: the numbers up to 2025-11-25, where resource_not_found has one of its own.
int json_rpc_code(Errc code, bool legacy = false);

/// The code behind a peer's error number; Errc::internal for a number that MCP does not define.
Errc read_json_rpc_code(std::int64_t number);

/// HTTP status for a modern (2026-07-28) JSON-RPC error sent as the only answer: 400, 404, 413, 429, 500,
/// 503, and 200 for what TrueFoundry, a rule or a person said.
int http_status(Errc code);

/// Outside text made fit for a message: printable ASCII, 200 characters at most. Other bytes become \xNN, so
/// nothing in it can break a line, hide, or change the direction of writing. Of a longer text only the first
/// 20 are shown, and "...": what is sealed later cannot be known by what was cut off, so what is left must be
/// too little to matter.
std::string escaped(std::string_view untrusted);

/// The same between single quotes. Call it qualified: by its arguments alone std::quoted may be found.
std::string quoted(std::string_view untrusted);

/// Called by Result::value() on an error; throws std::runtime_error with the message.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace tfy::protocol

namespace tfy {
using protocol::Errc;
using protocol::Error;
using protocol::Result;
}  // namespace tfy
