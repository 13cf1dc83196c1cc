// What serves TLS of OpenSSL, loaded when a certificate is configured: most processes never need it.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "protocol/error.hpp"
#include "server/loading/shared_library.hpp"

namespace tfy::tls {

struct TlsLibrary {
    loading::SharedLibrary from{"libssl.so.3"};  // it brings libcrypto.so.3 along
    TFY_FUNCTION(TLS_server_method, server_method);
    TFY_FUNCTION(SSL_CTX_new, ctx_new);
    TFY_FUNCTION(SSL_CTX_free, ctx_free);
    TFY_FUNCTION(SSL_CTX_ctrl, ctx_ctrl);
    TFY_FUNCTION(SSL_CTX_set_options, ctx_set_options);
    TFY_FUNCTION(SSL_CTX_set_cipher_list, ctx_set_cipher_list);
    TFY_FUNCTION(SSL_CTX_set_num_tickets, ctx_set_num_tickets);
    TFY_FUNCTION(SSL_CTX_use_certificate, ctx_use_certificate);
    TFY_FUNCTION(SSL_CTX_use_PrivateKey, ctx_use_private_key);
    TFY_FUNCTION(SSL_CTX_check_private_key, ctx_check_private_key);
    TFY_FUNCTION(SSL_new, ssl_new);
    TFY_FUNCTION(SSL_free, ssl_free);
    TFY_FUNCTION(SSL_set_bio, ssl_set_bio);
    TFY_FUNCTION(SSL_set_accept_state, ssl_set_accept_state);
    TFY_FUNCTION(SSL_do_handshake, ssl_do_handshake);
    TFY_FUNCTION(SSL_read, ssl_read);
    TFY_FUNCTION(SSL_write, ssl_write);
    TFY_FUNCTION(SSL_shutdown, ssl_shutdown);
    TFY_FUNCTION(SSL_get_error, ssl_get_error);
    TFY_FUNCTION(BIO_new, bio_new);
    TFY_FUNCTION(BIO_s_mem, bio_s_mem);
    TFY_FUNCTION(BIO_new_mem_buf, bio_new_mem_buf);
    TFY_FUNCTION(BIO_free, bio_free);
    TFY_FUNCTION(BIO_read, bio_read);
    TFY_FUNCTION(BIO_write, bio_write);
    TFY_FUNCTION(BIO_ctrl_pending, bio_ctrl_pending);
    TFY_FUNCTION(PEM_read_bio_X509, pem_read_certificate);
    TFY_FUNCTION(PEM_read_bio_PrivateKey, pem_read_private_key);
    TFY_FUNCTION(X509_free, x509_free);
    TFY_FUNCTION(X509_get0_notAfter, x509_not_after);
    TFY_FUNCTION(X509_check_host, x509_check_host);
    TFY_FUNCTION(X509_check_ip_asc, x509_check_ip);
    TFY_FUNCTION(ASN1_TIME_to_tm, time_to_tm);
    TFY_FUNCTION(EVP_PKEY_free, pkey_free);
    TFY_FUNCTION(ERR_peek_last_error, peek_last_error);
    TFY_FUNCTION(ERR_reason_error_string, reason_of_error);
    TFY_FUNCTION(ERR_clear_error, clear_errors);
};

/// Thread-safe. Errc::storage, with a sentence, where the library is not installed.
Result<const TlsLibrary*> tls_library();

}  // namespace tfy::tls
