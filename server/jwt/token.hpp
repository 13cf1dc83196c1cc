// A signed JWT in its compact form, read strictly: RFC 7515, RFC 8725. What it says counts only once its
// signature holds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/error.hpp"
#include "server/jwt/algorithm.hpp"

namespace tfy::jwt {

struct Token {
    const Algorithm* algorithm = nullptr;
    std::optional<std::string> key_id = {};
    std::string signed_part;  // as it came: header, dot, claims
    std::string signature;    // bytes
    Json claims = {};         // an object
    std::string print = {};   // print_of() its text
};

/// A hash by which a token's text is known again, and that tells nothing of it: 32 bytes.
std::string print_of(std::string_view text);

/// Why a token does not count: a clause about "it", without a full stop. Errc::denied.
Error not_valid(std::string_view why);

/// `types`: what the header's `typ` may be, in lower case and without "application/"; "" if it may be absent.
/// At most 8 KiB; three parts of base64url; JSON without a name twice; an algorithm of find_algorithm().
/// Nothing in the header names a key but `kid`, and what would change how the token is read (crit, b64, zip,
/// cty) refuses it.
Result<Token> read_token(std::string_view text, std::span<const std::string_view> types);

}  // namespace tfy::jwt
