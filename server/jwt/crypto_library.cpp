#include "server/jwt/crypto_library.hpp"

#include <dlfcn.h>

#include <optional>

namespace tfy::jwt {
namespace {

std::optional<SignatureLibrary> load_signature_library() {
    // Stays loaded until the process ends.
    auto* handle = ::dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return std::nullopt;
    bool complete = true;
    const auto find = [&](const char* symbol, auto& function) {
        function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(handle, symbol));
        complete = complete && function != nullptr;
    };
    SignatureLibrary made{};
    find("EVP_PKEY_CTX_new_from_name", made.pkey_ctx_new_from_name);
    find("EVP_PKEY_CTX_free", made.pkey_ctx_free);
    find("EVP_PKEY_fromdata_init", made.pkey_fromdata_init);
    find("EVP_PKEY_fromdata", made.pkey_fromdata);
    find("EVP_PKEY_free", made.pkey_free);
    find("EVP_MD_CTX_new", made.md_ctx_new);
    find("EVP_MD_CTX_free", made.md_ctx_free);
    find("EVP_DigestVerifyInit_ex", made.digest_verify_init);
    find("EVP_DigestVerify", made.digest_verify);
    find("ERR_clear_error", made.clear_errors);
    return complete ? std::optional(made) : std::nullopt;
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
