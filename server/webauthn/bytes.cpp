#include "server/webauthn/bytes.hpp"

#include <sodium.h>

namespace tfy::webauthn {

std::string sha256_bytes(std::string_view text) {
    std::string hash(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()), data_of(text), text.size());
    return hash;
}

}  // namespace tfy::webauthn
