// What checks signatures of OpenSSL, loaded when the first token is looked at: most processes never see one.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>

#include "protocol/error.hpp"
#include "server/loading/shared_library.hpp"

namespace tfy::jwt {

struct SignatureLibrary {
    loading::SharedLibrary from{"libcrypto.so.3"};
    TFY_FUNCTION(EVP_PKEY_CTX_new_from_name, pkey_ctx_new_from_name);
    TFY_FUNCTION(EVP_PKEY_CTX_free, pkey_ctx_free);
    TFY_FUNCTION(EVP_PKEY_fromdata_init, pkey_fromdata_init);
    TFY_FUNCTION(EVP_PKEY_fromdata, pkey_fromdata);
    TFY_FUNCTION(EVP_PKEY_free, pkey_free);
    TFY_FUNCTION(EVP_MD_CTX_new, md_ctx_new);
    TFY_FUNCTION(EVP_MD_CTX_free, md_ctx_free);
    TFY_FUNCTION(EVP_DigestVerifyInit_ex, digest_verify_init);
    TFY_FUNCTION(EVP_DigestVerify, digest_verify);
    TFY_FUNCTION(ERR_clear_error, clear_errors);
};

/// Thread-safe. Errc::storage, with a sentence, where the library is not installed.
Result<const SignatureLibrary*> signature_library();

}  // namespace tfy::jwt
