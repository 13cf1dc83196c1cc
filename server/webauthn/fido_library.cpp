#include "server/webauthn/fido_library.hpp"

#include <optional>

#include "server/loading/shared_library.hpp"

namespace tfy::webauthn {
namespace {

std::optional<FidoLibrary> load() {
    FidoLibrary made{};
    loading::SharedLibrary library("libfido2.so.1");
    library.find("fido_init", made.init);
    library.find("fido_cred_new", made.cred_new);
    library.find("fido_cred_free", made.cred_free);
    library.find("fido_cred_set_type", made.cred_set_type);
    library.find("fido_cred_set_authdata_raw", made.cred_set_authdata_raw);
    library.find("fido_cred_id_ptr", made.cred_id_ptr);
    library.find("fido_cred_id_len", made.cred_id_len);
    library.find("fido_cred_pubkey_ptr", made.cred_pubkey_ptr);
    library.find("fido_cred_pubkey_len", made.cred_pubkey_len);
    library.find("fido_cred_aaguid_ptr", made.cred_aaguid_ptr);
    library.find("fido_cred_aaguid_len", made.cred_aaguid_len);
    library.find("fido_assert_new", made.assert_new);
    library.find("fido_assert_free", made.assert_free);
    library.find("fido_assert_set_rp", made.assert_set_rp);
    library.find("fido_assert_set_clientdata_hash", made.assert_set_clientdata_hash);
    library.find("fido_assert_set_count", made.assert_set_count);
    library.find("fido_assert_set_authdata_raw", made.assert_set_authdata_raw);
    library.find("fido_assert_set_sig", made.assert_set_sig);
    library.find("fido_assert_set_up", made.assert_set_up);
    library.find("fido_assert_set_uv", made.assert_set_uv);
    library.find("fido_assert_verify", made.assert_verify);
    library.find("es256_pk_new", made.es256_new);
    library.find("es256_pk_free", made.es256_free);
    library.find("es256_pk_from_ptr", made.es256_from_ptr);
    library.find("eddsa_pk_new", made.eddsa_new);
    library.find("eddsa_pk_free", made.eddsa_free);
    library.find("eddsa_pk_from_ptr", made.eddsa_from_ptr);
    library.find("rs256_pk_new", made.rs256_new);
    library.find("rs256_pk_free", made.rs256_free);
    library.find("rs256_pk_from_ptr", made.rs256_from_ptr);
    if (!library.complete()) return std::nullopt;
    return made;
}

}  // namespace

Result<const FidoLibrary*> fido() {
    static const auto library = load();
    if (!library)
        return Error{Errc::storage,
                     "Passkeys cannot be checked: the library libfido2.so.1 is not installed, or is another "
                     "version than this program needs. Nothing was changed. Install Debian's package "
                     "libfido2-1."};
    library->init(0);  // sets up this thread's own settings
    return &*library;
}

}  // namespace tfy::webauthn
