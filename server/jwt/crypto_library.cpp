#include "server/jwt/crypto_library.hpp"

namespace tfy::jwt {

Result<const SignatureLibrary*> signature_library() {
    static const SignatureLibrary library{};
    if (!library.from.complete())
        return Error{
            Errc::storage,
            "Signatures cannot be checked: the library libcrypto.so.3 is not installed, or is another "
            "version than this program needs. Nothing was changed. Install Debian's package libssl3."};
    return &library;
}

}  // namespace tfy::jwt
