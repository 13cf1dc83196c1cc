// Answers of the authorization server: JSON that no one keeps.
#pragma once

#include <string>

#include "server/oauth/authorization_request.hpp"
#include "server/sealing/sealer.hpp"
#include "server/transport/http.hpp"

namespace tfy::oauth {

transport::HttpResponse json_answer(const sealing::Sealer& redaction, int status, const Json& body,
                                    transport::Headers extra = {});
/// {"error", "error_description"} (RFC 6749, section 5.2): 400, or 401 for "invalid_client".
transport::HttpResponse refusal(const sealing::Sealer& redaction, const Refusal& why,
                                transport::Headers extra = {});
/// 503: the state database cannot be read or written, so nothing was given out.
transport::HttpResponse unavailable(const sealing::Sealer& redaction, const Error& why);
/// 429
transport::HttpResponse too_many(const sealing::Sealer& redaction, std::chrono::seconds wait);

/// Two tokens, as their client gets them.
struct TokenPair {
    std::string access;
    std::string refresh;
    policy::Time until = {};  // of the access token
    bool may_request = true;

    Json json() const;
    static TokenPair read(const Json& json);
};
/// The door of the tokens: it lets them out, and no memory of what was sealed keeps them. No coroutine writes
/// such a body out: gcc 12 leaves what it makes of braces there in memory.
transport::HttpResponse token_answer(const sealing::Sealer& redaction, const TokenPair& pair,
                                     policy::Time now);

}  // namespace tfy::oauth
