// JSON Web Tokens, as far as it takes to tell them from other text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfy::policy {

struct Jwt {
    std::string_view header;  // base64url, as it stands in the text
    std::string_view payload;
    std::string_view signature;
};

/// Three parts of base64url of which the first is a JSON object with "alg"; nothing before or after them.
std::optional<Jwt> read_jwt(std::string_view text);

/// nullopt where the text is not base64url without padding.
std::optional<std::string> decode_base64url(std::string_view text);

/// True where the claims name TrueFoundry: in a value, or by a claim "tenantName" or "tfy…".
bool has_truefoundry_claims(const Jwt& jwt);

}  // namespace tfy::policy
