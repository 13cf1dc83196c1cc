#include "server/jwt/crypto_library.hpp"

#include <optional>

#include "server/loading/shared_library.hpp"

namespace tfy::jwt {
namespace {

std::optional<SignatureLibrary> load_signature_library() {
    loading::SharedLibrary library("libcrypto.so.3");
    SignatureLibrary made{};
    library.find("EVP_PKEY_CTX_new_from_name", made.pkey_ctx_new_from_name);
    library.find("EVP_PKEY_CTX_free", made.pkey_ctx_free);
    library.find("EVP_PKEY_fromdata_init", made.pkey_fromdata_init);
    library.find("EVP_PKEY_fromdata", made.pkey_fromdata);
    library.find("EVP_PKEY_free", made.pkey_free);
    library.find("EVP_MD_CTX_new", made.md_ctx_new);
    library.find("EVP_MD_CTX_free", made.md_ctx_free);
    library.find("EVP_DigestVerifyInit_ex", made.digest_verify_init);
    library.find("EVP_DigestVerify", made.digest_verify);
    library.find("ERR_clear_error", made.clear_errors);
    return library.complete() ? std::optional(made) : std::nullopt;
}

}  // namespace

Result<const SignatureLibrary*> signature_library() {
    static const auto library = load_signature_library();
    if (!library)
        return Error{
            Errc::storage,
            "Signatures cannot be checked: the library libcrypto.so.3 is not installed, or is another "
            "version than this program needs. Nothing was changed. Install Debian's package libssl3."};
    return &*library;
}

}  // namespace tfy::jwt
