// What every token of an issuer must say about itself: RFC 7519, section 4.1.
#pragma once

#include <optional>
#include <string>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::jwt {

/// `iss` is `issuer`, byte for byte; `aud` is `audience` or holds it; `exp` and `iat` are there, `nbf` may
/// be, and clocks may differ by 60 s; `sub` is a text of 1 to 255 bytes. Errc::denied, as of not_valid().
Result<void> check_claims(const Json& claims, const std::string& issuer, const std::string& audience,
                          policy::Time now);

/// Of that, the times: of a token of which the rest is known.
Result<void> check_times(const Json& claims, policy::Time now);

/// Seconds since 1970 of a claim; nullopt for what is no such number.
std::optional<double> seconds_in(const Json& claims, const char* name);

}  // namespace tfy::jwt
