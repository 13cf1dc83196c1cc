#include "server/transport/bearer.hpp"

namespace tfy::transport::bearer {
namespace {

using guard::Rejection;

constexpr auto not_to_be_kept = "no-store";

/// What every challenge begins with, and whether more follows.
std::string beginning(const Challenge& challenge) {
    // A client that is led to metadata begins a dance that only an authorization server can end.
    if (challenge.metadata.empty()) return R"(Bearer realm="tfy-pat-mcp")";
    return "Bearer resource_metadata=\"" + challenge.metadata + "\"";
}

Headers headers_with(std::string challenge) {
    return {{"www-authenticate", std::move(challenge)}, {"cache-control", not_to_be_kept}};
}

Headers with_error(const Challenge& challenge, const std::string& code, const std::string& more = {}) {
    return headers_with(beginning(challenge) + ", error=\"" + code + "\"" + more);
}

std::string scope() { return std::string(", scope=\"") + all_scopes + "\""; }

}  // namespace

Rejection Challenge::none() const {
    const redaction::Literal code("unauthorized");
    if (!metadata.empty())
        return {401,
                "This request shows no access token. WWW-Authenticate says where a client learns how to get "
                "one. Nothing was done.",
                headers_with(beginning(*this) + scope()), code};
    if (gateway && keys)
        return {401,
                "This request shows no credential. Callers come by TrueFoundry's gateway, which passes their "
                "own TrueFoundry key on; others show a key that the operator makes with tfy-pat-mcp keys "
                "create. Nothing was done.",
                headers_with(beginning(*this)), code};
    if (gateway)
        return {401,
                "This request shows no credential. Callers come by TrueFoundry's gateway, which passes their "
                "own TrueFoundry key on. Nothing was done.",
                headers_with(beginning(*this)), code};
    return {
        401,
        "This server wants a key of its own: send it as Authorization: Bearer KEY. Its operator makes one "
        "with tfy-pat-mcp keys create.",
        headers_with(beginning(*this)), code};
}

Rejection Challenge::invalid() const {
    const redaction::Literal code("invalid_token");
    const std::string description = R"(, error_description="The credential is unknown, revoked or expired")";
    if (!metadata.empty())
        return {401,
                "This access token or key is unknown, revoked or expired. Nothing was done. WWW-Authenticate "
                "says where a client learns how to get another one.",
                with_error(*this, "invalid_token", description + scope()), code};
    if (gateway)
        return {401,
                "This key is unknown, revoked or expired, or TrueFoundry does not take it. Nothing was done. "
                "Show another one.",
                with_error(*this, "invalid_token", description), code};
    return {401,
            "This key is unknown, revoked or expired. Nothing was done. Its operator makes another one with "
            "tfy-pat-mcp keys create.",
            with_error(*this, "invalid_token", description), code};
}

Rejection Challenge::malformed() const {
    return {400, "A request shows one credential: Authorization: Bearer CREDENTIAL, once. Nothing was done.",
            with_error(*this, "invalid_request"), redaction::Literal("invalid_request")};
}

Rejection Challenge::no_scope() const {
    return {
        403,
        "This access token gives none of this server's scopes. Nothing was done. A client may ask for those "
        "that WWW-Authenticate names.",
        with_error(*this, "insufficient_scope", scope()), redaction::Literal("insufficient_scope")};
}

Rejection Challenge::only_reads() const {
    const redaction::Literal code("insufficient_scope");
    if (!metadata.empty())
        return {403,
                "This access token or key is for reading, and this call asks for a change. Nothing was done, "
                "and no one was asked. A client may ask for the scope that WWW-Authenticate names.",
                with_error(*this, "insufficient_scope", scope()), code};
    return {
        403,
        "This key is for reading, and this call asks for a change. Nothing was done, and no one was asked. "
        "Its operator makes a key that may ask with tfy-pat-mcp keys create.",
        with_error(*this, "insufficient_scope", scope()), code};
}

Rejection too_many(std::chrono::seconds wait) {
    return {
        429,
        "Too many invalid credentials from this address. Nothing was done. A valid one is still accepted.",
        {{"retry-after", std::to_string(wait.count())}, {"cache-control", not_to_be_kept}},
        redaction::Literal("temporarily_unavailable")};
}

Rejection too_many_requests(std::chrono::seconds wait) {
    return {429,
            "This caller has sent too many requests in the last minute. Nothing was done. Retry-After says "
            "when to go on.",
            {{"retry-after", std::to_string(wait.count())}, {"cache-control", not_to_be_kept}},
            redaction::Literal("temporarily_unavailable")};
}

Rejection too_many_calls() {
    return {429,
            "This caller has as many calls under way as it may. Nothing was done. Wait until one of them has "
            "ended.",
            {{"retry-after", "1"}, {"cache-control", not_to_be_kept}},
            redaction::Literal("temporarily_unavailable")};
}

Rejection not_by_proxy() {
    return {403,
            "A caller's own TrueFoundry key is taken from TrueFoundry's gateway alone (--trusted-proxy), and "
            "this request did not come by it. Nothing was done, and the key was sent nowhere.",
            {{"cache-control", not_to_be_kept}},
            redaction::Literal("access_denied")};
}

Rejection not_known_now() {
    return {503,
            "Credentials cannot be checked at the moment. Nothing was done. Try "
            "again; if this keeps happening, tfy-pat-mcp doctor on the server's machine says why.",
            {{"retry-after", "1"}, {"cache-control", not_to_be_kept}},
            redaction::Literal("temporarily_unavailable")};
}

}  // namespace tfy::transport::bearer
