#include "server/transport/bearer.hpp"

namespace tfy::transport::bearer {
namespace {

using guard::Rejection;

// There is no authorization server to lead a client to: only the operator gives out keys.
constexpr auto challenge = R"(Bearer realm="tfy-pat-mcp")";
constexpr auto not_to_be_kept = "no-store";

Headers with_challenge(const std::string& more = {}) {
    return {{"www-authenticate", challenge + more}, {"cache-control", not_to_be_kept}};
}

}  // namespace

Rejection none() {
    return {
        401,
        "This server wants a key of its own: send it as Authorization: Bearer KEY. Its operator makes one "
        "with tfy-pat-mcp keys create.",
        with_challenge(), redaction::Literal("unauthorized")};
}

Rejection invalid() {
    return {401,
            "This key is unknown, revoked or expired. Nothing was done. Its operator makes another one with "
            "tfy-pat-mcp keys create.",
            with_challenge(
                R"(, error="invalid_token", error_description="The key is unknown, revoked or expired")"),
            redaction::Literal("invalid_token")};
}

Rejection malformed() {
    return {400, "A request shows one key: Authorization: Bearer KEY, once. Nothing was done.",
            with_challenge(R"(, error="invalid_request")"), redaction::Literal("invalid_request")};
}

Rejection only_reads() {
    return {
        403,
        "This key is for reading, and this call asks for a change. Nothing was done, and no one was asked. "
        "Its operator makes a key that may ask with tfy-pat-mcp keys create.",
        with_challenge(R"(, error="insufficient_scope", scope="tokens:read tokens:request")"),
        redaction::Literal("insufficient_scope")};
}

Rejection too_many(std::chrono::seconds wait) {
    return {
        429,
        "Too many keys from this address did not hold. Nothing was done. A key that holds is still taken.",
        {{"retry-after", std::to_string(wait.count())}, {"cache-control", not_to_be_kept}},
        redaction::Literal("temporarily_unavailable")};
}

Rejection not_known_now() {
    return {503,
            "Keys cannot be checked at the moment: the state database cannot be read. Nothing was done. Try "
            "again; if this keeps happening, tfy-pat-mcp doctor on the server's machine says why.",
            {{"retry-after", "1"}, {"cache-control", not_to_be_kept}},
            redaction::Literal("temporarily_unavailable")};
}

}  // namespace tfy::transport::bearer
