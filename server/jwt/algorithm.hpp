// The signatures that a JWT may have: RFC 7518, section 3, without HMAC and without none.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tfy::jwt {

struct Algorithm {
    enum class Family { rsa, rsa_pss, ec };
    std::string_view name;  // "RS256"
    Family family;
    const char* hash;        // as OpenSSL names it
    std::string_view curve;  // as a JWK names it; empty for RSA
    std::size_t number = 0;  // bytes of a coordinate, and of half a signature, on that curve
};

/// nullptr for any other name, "none" and "HS256" among them. Names are taken as they are written.
const Algorithm* find_algorithm(std::string_view name);
/// The one of this curve; nullptr for a curve that is not taken.
const Algorithm* algorithm_of_curve(std::string_view curve);

}  // namespace tfy::jwt
