// Make-believe token values that look like the real ones: JWTs with TrueFoundry's kind of claims, and opaque
// ones.
#pragma once

#include <string>

#include "tools/sandbox/world.hpp"

namespace tfy::sandbox {

/// `size` random characters of "0-9a-z".
std::string random_word(std::size_t size);
/// 32 random hexadecimal digits.
std::string random_request_id();

/// Three base64url parts, well over 600 characters; its ids and expiry are the token's.
std::string mint_jwt(const StoredToken& token);
/// "tfy-" and 44 random letters and digits.
std::string mint_opaque();

}  // namespace tfy::sandbox
