// JSON Web Tokens, as far as it takes to tell them from other text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tfy::redaction {

struct Jwt {
    std::string_view header;  // base64url, as it is in the text
    std::string_view payload;
    std::string_view signature;
};

/// Three parts of base64url of which the first is a JSON object with "alg"; nothing before or after them.
std::optional<Jwt> read_jwt(std::string_view text);

/// The first of these parts.
bool is_jwt_header(std::string_view part);

struct Claims {
    bool name_truefoundry = false;      // in a value, or by a claim "tenantName" or "tfy…"
    std::vector<std::string> ids = {};  // "jti", "jwtId", "id"
};

/// None if the payload is no JSON object.
Claims read_claims(const Jwt& jwt);

}  // namespace tfy::redaction
