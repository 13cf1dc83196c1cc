// The public keys that an issuer publishes: RFC 7517, as far as they can check a signature.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"
#include "server/jwt/token.hpp"

namespace tfy::jwt {

struct PublicKey {
    std::string id = {};              // may be empty
    const Algorithm* only = nullptr;  // what it is pinned to; nullptr: any of RSA
    std::string modulus = {};         // RSA: bytes, the highest first, no zeros before them
    std::string exponent = {};
    std::string x = {}, y = {};  // on a curve: bytes of the curve's length

    bool is_rsa() const { return !modulus.empty(); }
    bool fits(const Algorithm& algorithm) const;
};

/// Those of 256 KiB and 50 keys at most that can be used: RSA from 2048 to 8192 bits and the three curves,
/// for signatures. Others are passed over: symmetric and private keys, too. An Error's message is a clause
/// about "it".
Result<std::vector<PublicKey>> read_key_set(std::string_view text);

/// The only key that may have signed it, by its `kid` where it has one; nullptr if there is none, or several.
const PublicKey* key_of(const Token& token, const std::vector<PublicKey>& keys);

}  // namespace tfy::jwt
