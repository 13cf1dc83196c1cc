#include "server/tls/tls_library.hpp"

#include <optional>

#include "server/loading/shared_library.hpp"

namespace tfy::tls {
namespace {

std::optional<TlsLibrary> load_tls_library() {
    loading::SharedLibrary library("libssl.so.3");  // it brings libcrypto.so.3 along
    TlsLibrary made{};
    library.find("TLS_server_method", made.server_method);
    library.find("SSL_CTX_new", made.ctx_new);
    library.find("SSL_CTX_free", made.ctx_free);
    library.find("SSL_CTX_ctrl", made.ctx_ctrl);
    library.find("SSL_CTX_set_options", made.ctx_set_options);
    library.find("SSL_CTX_set_cipher_list", made.ctx_set_cipher_list);
    library.find("SSL_CTX_set_num_tickets", made.ctx_set_num_tickets);
    library.find("SSL_CTX_use_certificate", made.ctx_use_certificate);
    library.find("SSL_CTX_use_PrivateKey", made.ctx_use_private_key);
    library.find("SSL_CTX_check_private_key", made.ctx_check_private_key);
    library.find("SSL_new", made.ssl_new);
    library.find("SSL_free", made.ssl_free);
    library.find("SSL_set_bio", made.ssl_set_bio);
    library.find("SSL_set_accept_state", made.ssl_set_accept_state);
    library.find("SSL_do_handshake", made.ssl_do_handshake);
    library.find("SSL_read", made.ssl_read);
    library.find("SSL_write", made.ssl_write);
    library.find("SSL_shutdown", made.ssl_shutdown);
    library.find("SSL_get_error", made.ssl_get_error);
    library.find("BIO_new", made.bio_new);
    library.find("BIO_s_mem", made.bio_s_mem);
    library.find("BIO_new_mem_buf", made.bio_new_mem_buf);
    library.find("BIO_free", made.bio_free);
    library.find("BIO_read", made.bio_read);
    library.find("BIO_write", made.bio_write);
    library.find("BIO_ctrl_pending", made.bio_ctrl_pending);
    library.find("PEM_read_bio_X509", made.pem_read_certificate);
    library.find("PEM_read_bio_PrivateKey", made.pem_read_private_key);
    library.find("X509_free", made.x509_free);
    library.find("X509_get0_notAfter", made.x509_not_after);
    library.find("X509_check_host", made.x509_check_host);
    library.find("X509_check_ip_asc", made.x509_check_ip);
    library.find("ASN1_TIME_to_tm", made.time_to_tm);
    library.find("EVP_PKEY_free", made.pkey_free);
    library.find("ERR_peek_last_error", made.peek_last_error);
    library.find("ERR_reason_error_string", made.reason_of_error);
    library.find("ERR_clear_error", made.clear_errors);
    return library.complete() ? std::optional(made) : std::nullopt;
}

}  // namespace

Result<const TlsLibrary*> tls_library() {
    static const auto library = load_tls_library();
    if (!library)
        return Error{Errc::storage,
                     "TLS cannot be served: the library libssl.so.3 is not installed, or is another version "
                     "than this program needs. Nothing was started. Install Debian's package libssl3."};
    return &*library;
}

}  // namespace tfy::tls
