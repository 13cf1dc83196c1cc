// Whether a key signed a token.
#pragma once

#include "server/jwt/key_set.hpp"

namespace tfy::jwt {

/// `key` is the one of key_of(). Errc::denied if the signature is wrong; Errc::storage where the library is
/// missing.
Result<void> check_signature(const Token& token, const PublicKey& key);

}  // namespace tfy::jwt
