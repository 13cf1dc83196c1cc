// Who asks, and what the asking side can do: from `_meta` of a modern request or from a legacy `initialize`.
#pragma once

#include <optional>
#include <string>

#include "protocol/logging.hpp"
#include "protocol/message.hpp"
#include "protocol/version.hpp"

namespace tfy::protocol {

/// What a client calls itself. Self-reported: for display and logs, never for trust.
struct Implementation {
    std::string name;
    std::string version;
    std::string title = {};

    /// Texts are cut at 256 bytes; Errc::invalid_params if name or version is missing, or a text is no
    /// string.
    static Result<Implementation> read(const Json& value);
};

/// The extension's name, as it is in capabilities of both sides.
inline constexpr const char* tasks_extension = "io.modelcontextprotocol/tasks";

struct ClientCapabilities {
    bool elicitation_form = false;  // `elicitation: {}` means forms
    bool elicitation_url = false;   // `elicitation: {url: {}}` alone means no forms
    bool sampling = false;          //
    bool roots = false;             //
    bool tasks = false;             // extension io.modelcontextprotocol/tasks

    /// Unknown members are ignored; Errc::invalid_params if a known one has the wrong type.
    static Result<ClientCapabilities> read(const Json& value);
    Json json() const;
};

/// W3C trace context of one request, as it came; empty if absent or malformed.
struct TraceContext {
    std::string traceparent = {};
    std::string tracestate = {};
    std::string baggage = {};

    /// Reads `params._meta`. A malformed traceparent is as none, and takes its tracestate with it: a trace is
    /// never a reason to refuse a request.
    static TraceContext read(const Json& params);
};

/// What is known about the client on one request.
struct ClientContext {
    Version version = Version::v2025_03_26;
    Implementation client;  // empty if the client did not say
    ClientCapabilities capabilities;
    Json progress_token = nullptr;  // string or integer; null: no progress wanted
    std::optional<LogLevel> log_level =
        {};  // modern: of this request; legacy: of the session; none: no messages
    TraceContext trace = {};
};

/// Errc::unsupported_version with data {supported, requested}.
Error unsupported_version(std::string_view requested);

/// What `params._meta` names as the protocol version, of whatever type; nullptr if it names none.
const Json* named_version(const Json& params);

/// True if `_meta` names a protocol version: the request is modern, whatever else is wrong with it.
bool has_modern_meta(const Json& params);

/// The context of a modern request. Errc::invalid_params if `_meta` or a required field is missing or
/// mis-typed or names an unknown log level, Errc::unsupported_version with data {supported, requested} for a
/// version that we do not speak or that is legacy.
Result<ClientContext> read_modern_context(const Request& request);

/// `params._meta.progressToken`; null where absent. Errc::invalid_params for another type than string or
/// integer.
Result<Json> read_progress_token(const Json& params);

}  // namespace tfy::protocol
