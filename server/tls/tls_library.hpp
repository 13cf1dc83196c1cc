// What serves TLS of OpenSSL, loaded when a certificate is configured: most processes never need it.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "protocol/error.hpp"

namespace tfy::tls {

struct TlsLibrary {
    decltype(&TLS_server_method) server_method;
    decltype(&SSL_CTX_new) ctx_new;
    decltype(&SSL_CTX_free) ctx_free;
    decltype(&SSL_CTX_ctrl) ctx_ctrl;
    decltype(&SSL_CTX_set_options) ctx_set_options;
    decltype(&SSL_CTX_set_cipher_list) ctx_set_cipher_list;
    decltype(&SSL_CTX_set_num_tickets) ctx_set_num_tickets;
    decltype(&SSL_CTX_use_certificate) ctx_use_certificate;
    decltype(&SSL_CTX_use_PrivateKey) ctx_use_private_key;
    decltype(&SSL_CTX_check_private_key) ctx_check_private_key;
    decltype(&SSL_new) ssl_new;
    decltype(&SSL_free) ssl_free;
    decltype(&SSL_set_bio) ssl_set_bio;
    decltype(&SSL_set_accept_state) ssl_set_accept_state;
    decltype(&SSL_do_handshake) ssl_do_handshake;
    decltype(&SSL_read) ssl_read;
    decltype(&SSL_write) ssl_write;
    decltype(&SSL_shutdown) ssl_shutdown;
    decltype(&SSL_get_error) ssl_get_error;
    decltype(&BIO_new) bio_new;
    decltype(&BIO_s_mem) bio_s_mem;
    decltype(&BIO_new_mem_buf) bio_new_mem_buf;
    decltype(&BIO_free) bio_free;
    decltype(&BIO_read) bio_read;
    decltype(&BIO_write) bio_write;
    decltype(&BIO_ctrl_pending) bio_ctrl_pending;
    decltype(&PEM_read_bio_X509) pem_read_certificate;
    decltype(&PEM_read_bio_PrivateKey) pem_read_private_key;
    decltype(&X509_free) x509_free;
    decltype(&X509_get0_notAfter) x509_not_after;
    decltype(&X509_check_host) x509_check_host;
    decltype(&X509_check_ip_asc) x509_check_ip;
    decltype(&ASN1_TIME_to_tm) time_to_tm;
    decltype(&EVP_PKEY_free) pkey_free;
    decltype(&ERR_peek_last_error) peek_last_error;
    decltype(&ERR_reason_error_string) reason_of_error;
    decltype(&ERR_clear_error) clear_errors;
};

/// Thread-safe. Errc::storage, with a sentence, where the library is not installed.
Result<const TlsLibrary*> tls_library();

}  // namespace tfy::tls
