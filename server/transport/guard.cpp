// The checks: method, framing, Host, target, Origin. Reading the text is in head.cpp.
#include "server/transport/guard.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "server/transport/text.hpp"

namespace tfy::transport::guard {
namespace {

using Verdict = std::optional<Rejection>;  // nullopt: no objection

/// The values of one header: how many there are, and the first one.
struct Values {
    std::size_t count = 0;
    std::string_view first = {};
};

Values values(const Head& head, std::string_view name) {
    Values found;
    for (const auto& [other, value] : head.headers)
        if (other == name && found.count++ == 0) found.first = value;
    return found;
}

/// True if a comma-separated header lists `token`.
bool lists(const Head& head, std::string_view name, std::string_view token) {
    for (const auto& [other, value] : head.headers)
        if (other == name)
            for (const auto item : comma_separated(value))
                if (equal_in_any_case(item, token)) return true;
    return false;
}

Verdict check_method(const Head& head) {
    static constexpr std::array served = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    if (std::ranges::find(served, head.method) != served.end()) return {};
    if (head.method == "CONNECT" || head.method == "TRACE")
        return Rejection{405,
                         "This server does not serve that method.",
                         {{"allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}}};
    return Rejection{501, "This server does not know that method."};
}

std::optional<std::uint64_t> read_length(std::string_view text) {
    std::uint64_t length = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (failure != std::errc{} || end != text.data() + text.size()) return {};
    return length;
}

/// Two servers that disagree about where a body ends can be made to see different requests; so only what
/// leaves no doubt passes.
Verdict check_framing(const Head& head, Framing& framing, bool wants_length) {
    const auto codings = values(head, "transfer-encoding");
    const auto lengths = values(head, "content-length");
    if (codings.count > 0 && lengths.count > 0)
        return Rejection{400, "Transfer-Encoding and Content-Length exclude each other."};
    if (codings.count > 1 || lengths.count > 1)
        return Rejection{400, "The length of the body is given twice."};
    if (codings.count > 0) {
        if (head.minor_version == 0) return Rejection{400, "HTTP/1.0 has no Transfer-Encoding."};
        if (!equal_in_any_case(codings.first, "chunked"))
            return Rejection{501, "The only Transfer-Encoding served is chunked."};
        framing.chunked = true;
    }
    if (lengths.count > 0) {
        const auto length = read_length(lengths.first);
        if (!length) return Rejection{400, "Content-Length is not a number."};
        framing.length = *length;
    }
    if (head.minor_version == 0 && framing.has_body()) return Rejection{400, "A body needs HTTP/1.1."};
    const bool has_body = head.method == "POST" || head.method == "PUT" || head.method == "PATCH";
    if (wants_length && has_body && codings.count == 0 && lengths.count == 0)
        return Rejection{411, "This method needs a Content-Length."};
    return {};
}

Verdict check_coding(const Head& head, const Framing& framing) {
    const auto is_foreign = [](const auto& header) {
        return header.first == "content-encoding" && !header.second.empty() &&
               !equal_in_any_case(header.second, "identity");
    };
    if (!framing.has_body() || std::ranges::none_of(head.headers, is_foreign)) return {};
    return Rejection{415,
                     "This server reads no Content-Encoding. Nothing was done. Send the body as it is.",
                     {{"accept-encoding", "identity"}}};
}

Verdict check_expectation(const Head& head, Framing& framing) {
    const auto expected = values(head, "expect");
    if (expected.count == 0 || head.minor_version == 0) return {};
    if (expected.count > 1 || !equal_in_any_case(expected.first, "100-continue"))
        return Rejection{417, "The only expectation served is 100-continue."};
    framing.expects_continue = framing.has_body();
    return {};
}

/// Probes ask by the address of a machine or a pod, whatever that is; all that they are told is true or
/// false.
bool is_probe(const Head& head) {
    const auto path = std::string_view(head.target).substr(0, head.target.find('?'));
    return (head.method == "GET" || head.method == "HEAD") && (path == "/livez" || path == "/readyz");
}

Verdict check_host(const Head& head, const Allowed& allowed) {
    const auto hosts = values(head, "host");
    if (hosts.count != 1 || hosts.first.empty()) return Rejection{400, "A request needs exactly one Host."};
    if (is_allowed_host(hosts.first, allowed) || is_probe(head)) return {};
    if (allowed.takes_names)
        return Rejection{403,
                         "This server does not answer to that Host. If the name is right, start it with "
                         "--allowed-host NAME, or with --public-url ADDRESS if people come by it."};
    return Rejection{403,
                     "This approvals page does not answer to that Host. Open it at the address in its links. "
                     "For another address, start stdio with --listen and --public-url."};
}

/// What clients are to read before they know a server: RFC 8414 and RFC 9728, its card, and the catalog of
/// its host.
bool is_public_metadata(const Head& head, std::string_view path) {
    return (head.method == "GET" || head.method == "HEAD") &&
           (path.starts_with("/.well-known/oauth-") || path == "/.well-known/ai-catalog.json" ||
            path == "/mcp/server-card");
}

Verdict check_origin(const Head& head, const Allowed& allowed) {
    const auto origins = values(head, "origin");
    if (origins.count > 1) return Rejection{400, "A request can have only one Origin."};
    if (origins.count == 0 || is_allowed_origin(origins.first, allowed)) return {};
    if (allowed.takes_names)
        return Rejection{403,
                         "Pages of that Origin may not ask this server. If they should, start it with "
                         "--allowed-origin ORIGIN, or with --public-url ADDRESS if it is the page's own."};
    return Rejection{
        403,
        "Pages of that Origin may not ask this server. Open the approvals page at the address in "
        "its links."};
}

/// True for "name" and "name:port".
bool is_at(std::string_view host, std::string_view name, std::uint16_t port) {
    if (host.size() < name.size() || !equal_in_any_case(host.substr(0, name.size()), name)) return false;
    const auto rest = host.substr(name.size());
    return rest.empty() || rest == ":" + std::to_string(port);
}

constexpr std::array<std::string_view, 3> loopback = {"localhost", "127.0.0.1", "[::1]"};

}  // namespace

bool is_allowed_host(std::string_view host, const Allowed& allowed) {
    const auto is_this = [&](std::string_view name) { return is_at(host, name, allowed.port); };
    if (std::ranges::any_of(loopback, is_this)) return true;
    return std::ranges::any_of(
        allowed.hosts, [&](const auto& name) { return equal_in_any_case(host, name) || is_this(name); });
}

bool is_allowed_origin(std::string_view origin, const Allowed& allowed) {
    const auto is_this = [asked = as_browsers_write_it(origin)](std::string_view other) {
        return asked == as_browsers_write_it(other);
    };
    const auto is_own = [&](std::string_view name) {
        return is_this((allowed.tls ? "https://" : "http://") + std::string(name) + ":" +
                       std::to_string(allowed.port));
    };
    return std::ranges::any_of(allowed.origins, is_this) || std::ranges::any_of(loopback, is_own);
}

HttpResponse Rejection::reply() const {
    return {.status = status,
            .content_type = "application/json",
            .body = error ? redaction::Redacted::error_object(*error, reason)
                          : redaction::Redacted::error_object(reason),
            .headers = headers};
}

std::variant<Admitted, Rejection> admit(std::string_view head_text, const Allowed& allowed) {
    auto read = read_head(head_text);
    if (auto* refusal = std::get_if<Rejection>(&read)) return std::move(*refusal);
    Admitted admitted{std::move(std::get<Head>(read)), {}, {}};
    const auto& head = admitted.head;

    if (auto refusal = check_method(head)) return std::move(*refusal);
    if (auto refusal = check_framing(head, admitted.framing, allowed.wants_length))
        return std::move(*refusal);
    if (auto refusal = check_expectation(head, admitted.framing)) return std::move(*refusal);
    if (auto refusal = check_host(head, allowed)) return std::move(*refusal);
    auto target = read_target(head.target);
    if (!target) return Rejection{400, "The request target cannot be read."};
    if (!target->authority.empty() && !is_allowed_host(target->authority, allowed))
        return Rejection{400, "The request target names another server."};
    if (!is_public_metadata(head, target->path))
        if (auto refusal = check_origin(head, allowed)) return std::move(*refusal);
    if (auto refusal = check_coding(head, admitted.framing)) return std::move(*refusal);

    admitted.target = std::move(*target);
    admitted.framing.keep_alive = head.minor_version == 1 && !lists(head, "connection", "close");
    return admitted;
}

}  // namespace tfy::transport::guard
