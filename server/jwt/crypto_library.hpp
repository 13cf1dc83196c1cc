// What checks signatures of OpenSSL, loaded when the first token is looked at: most processes never see one.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>

#include "protocol/error.hpp"

namespace tfy::jwt {

struct SignatureLibrary {
    decltype(&EVP_PKEY_CTX_new_from_name) pkey_ctx_new_from_name;
    decltype(&EVP_PKEY_CTX_free) pkey_ctx_free;
    decltype(&EVP_PKEY_fromdata_init) pkey_fromdata_init;
    decltype(&EVP_PKEY_fromdata) pkey_fromdata;
    decltype(&EVP_PKEY_free) pkey_free;
    decltype(&EVP_MD_CTX_new) md_ctx_new;
    decltype(&EVP_MD_CTX_free) md_ctx_free;
    decltype(&EVP_DigestVerifyInit_ex) digest_verify_init;
    decltype(&EVP_DigestVerify) digest_verify;
    decltype(&ERR_clear_error) clear_errors;
};

/// Thread-safe. Errc::storage, with a sentence, where the library is not installed.
Result<const SignatureLibrary*> signature_library();

}  // namespace tfy::jwt
