// Access tokens of an outside issuer: what a JWT says of who calls, and for what. RFC 9068.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::callers {

/// What `typ` such a token may have: at+jwt alone, or, for issuers that write none or JWT, those, too.
std::span<const std::string_view> access_token_types(bool any_type);

struct Bearer {
    std::string principal;  // "issuer:SUB/CLIENT"; what would make it ambiguous is percent-encoded
    bool reads = false;     // tokens:read, or what contains it
    bool requests = false;  // tokens:request
};

/// Of claims whose signature holds or is yet to be checked. They must be of `issuer` and for `resource` (one
/// slash at its end aside), and name subject and client. Errc::denied, with a clause about "it".
Result<Bearer> read_bearer(const Json& claims, const std::string& issuer, const std::string& resource,
                           policy::Time now);

}  // namespace tfy::callers
