// libfido2, loaded when a passkey is first looked at: most processes never see one, and it brings libraries
// that would slow every start down.
#pragma once

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include "protocol/error.hpp"
#include "server/loading/shared_library.hpp"

namespace tfy::webauthn {

/// The functions by their names, without "fido_".
struct FidoLibrary {
    loading::SharedLibrary from{"libfido2.so.1"};
    TFY_FUNCTION(fido_init, init);
    TFY_FUNCTION(fido_cred_new, cred_new);
    TFY_FUNCTION(fido_cred_free, cred_free);
    TFY_FUNCTION(fido_cred_set_type, cred_set_type);
    TFY_FUNCTION(fido_cred_set_authdata_raw, cred_set_authdata_raw);
    TFY_FUNCTION(fido_cred_id_ptr, cred_id_ptr);
    TFY_FUNCTION(fido_cred_id_len, cred_id_len);
    TFY_FUNCTION(fido_cred_pubkey_ptr, cred_pubkey_ptr);
    TFY_FUNCTION(fido_cred_pubkey_len, cred_pubkey_len);
    TFY_FUNCTION(fido_cred_aaguid_ptr, cred_aaguid_ptr);
    TFY_FUNCTION(fido_cred_aaguid_len, cred_aaguid_len);
    TFY_FUNCTION(fido_assert_new, assert_new);
    TFY_FUNCTION(fido_assert_free, assert_free);
    TFY_FUNCTION(fido_assert_set_rp, assert_set_rp);
    TFY_FUNCTION(fido_assert_set_clientdata_hash, assert_set_clientdata_hash);
    TFY_FUNCTION(fido_assert_set_count, assert_set_count);
    TFY_FUNCTION(fido_assert_set_authdata_raw, assert_set_authdata_raw);
    TFY_FUNCTION(fido_assert_set_sig, assert_set_sig);
    TFY_FUNCTION(fido_assert_set_up, assert_set_up);
    TFY_FUNCTION(fido_assert_set_uv, assert_set_uv);
    TFY_FUNCTION(fido_assert_verify, assert_verify);
    TFY_FUNCTION(es256_pk_new, es256_new);
    TFY_FUNCTION(es256_pk_free, es256_free);
    TFY_FUNCTION(es256_pk_from_ptr, es256_from_ptr);
    TFY_FUNCTION(eddsa_pk_new, eddsa_new);
    TFY_FUNCTION(eddsa_pk_free, eddsa_free);
    TFY_FUNCTION(eddsa_pk_from_ptr, eddsa_from_ptr);
    TFY_FUNCTION(rs256_pk_new, rs256_new);
    TFY_FUNCTION(rs256_pk_free, rs256_free);
    TFY_FUNCTION(rs256_pk_from_ptr, rs256_from_ptr);
};

/// Ready for this thread. Thread-safe. Errc::storage, with a sentence, where the library is not installed.
Result<const FidoLibrary*> fido();

}  // namespace tfy::webauthn
