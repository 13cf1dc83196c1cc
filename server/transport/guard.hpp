// What a request head must be like before its body is read. Pure: text in, a verdict out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/transport/http.hpp"

namespace tfy::transport::guard {

struct Rejection {
    int status = 400;
    redaction::Literal reason;  // one sentence: nothing of the request is in it
    Headers headers = {};
    std::optional<redaction::Literal> error = {};  // a code of RFC 6750, beside the sentence

    /// {"error": reason}, or {"error": code, "error_description": reason}.
    HttpResponse reply() const;
};

struct Head {
    std::string method;
    std::string target;
    int minor_version = 1;  // HTTP/1.x
    Headers headers;        // names in lower case, values trimmed, in order
};

/// Reads what is before the body, its empty line included. Stricter than RFC 9112 asks: no folded lines,
/// no bare line feeds, no control characters, no space around a name.
std::variant<Head, Rejection> read_head(std::string_view text);

struct RequestTarget {
    std::string path;            // decoded once
    std::string query;           // as it came
    std::string authority = {};  // of an absolute-form target
};

/// Origin form or absolute form. nullopt for control characters, bad percent-encoding, encoded slashes and
/// dot segments.
std::optional<RequestTarget> read_target(std::string_view target);

struct Allowed {
    std::uint16_t port = 0;  // ours
    std::vector<std::string> hosts =
        {};  // besides localhost, 127.0.0.1 and [::1]: a name (any of no port and ours), or name:port
    std::vector<std::string> origins = {};  // besides those three, with our scheme
    bool tls = false;                       // our scheme is https
    bool wants_length = true;               // false: a POST with neither length nor chunks has no body
    bool takes_names = true;  // false, for the page of stdio: --allowed-host and --allowed-origin add none
};

bool is_allowed_host(std::string_view host, const Allowed& allowed);
bool is_allowed_origin(std::string_view origin, const Allowed& allowed);

/// What the connection needs to know about the body.
struct Framing {
    bool chunked = false;
    std::uint64_t length = 0;
    bool expects_continue = false;
    bool keep_alive = true;

    bool has_body() const { return chunked || length > 0; }
};

struct Admitted {
    Head head;
    RequestTarget target;
    Framing framing;
};

/// All checks, in the order: method, framing, host, target, origin, the body's coding. /livez and /readyz may
/// be asked by any Host, and the metadata of OAuth be read by a page of any Origin.
std::variant<Admitted, Rejection> admit(std::string_view head_text, const Allowed& allowed);

}  // namespace tfy::transport::guard
