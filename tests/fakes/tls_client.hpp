// TLS as tests need it: certificates that are made at once, and the client's side of a connection.
#pragma once

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/fakes/key_pair.hpp"
#include "tests/fakes/raw_socket.hpp"

namespace tfy::tests {

struct MadeCertificate {
    std::string chain, key;  // PEM
};

inline std::string pem_of(auto write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    write(bio.get());
    std::string text(BIO_ctrl_pending(bio.get()), '\0');
    BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
    return text;
}

/// Signed by its own key; `names` as in "DNS:localhost,IP:127.0.0.1". Ends `seconds` from now.
inline MadeCertificate make_certificate(const std::string& names = "DNS:localhost,IP:127.0.0.1",
                                        long seconds = 3600, unsigned rsa_bits = 0) {
    const fakes::KeyPair key(rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(rsa_bits), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -7200);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), seconds);
    X509_set_pubkey(made.get(), key.get());
    auto* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1,
                               -1, 0);
    X509_set_issuer_name(made.get(), name);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> others(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()), X509_EXTENSION_free);
    X509_add_ext(made.get(), others.get(), -1);
    X509_sign(made.get(), key.get(), EVP_sha256());
    return {pem_of([&](BIO* out) { PEM_write_bio_X509(out, made.get()); }), pem_of([&](BIO* out) {
                PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

/// The client's side, on a socket that blocks. It checks nothing.
class TlsClient final : public Wrapping {
public:
    /// Throws if no hands are shaken: after `most` as highest version.
    explicit TlsClient(int fd, int most = TLS1_3_VERSION)
        : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), ssl_(make(most), SSL_free) {
        const timeval limit{.tv_sec = patience_ms / 1000, .tv_usec = 0};
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes as to a file
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        SSL_set_fd(ssl_.get(), fd);
        const bool connected = SSL_connect(ssl_.get()) == 1;
        const auto* why = ERR_reason_error_string(ERR_peek_last_error());
        ERR_clear_error();
        if (!connected) throw std::runtime_error(why == nullptr ? "no TLS" : why);
    }
    std::string version() const { return SSL_get_version(ssl_.get()); }
    std::string peer() const {
        const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl_.get()),
                                                                X509_free);
        return pem_of([&](BIO* out) { PEM_write_bio_X509(out, shown.get()); });
    }
    /// The other side said so, and did not just go.
    bool was_ended() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
    SSL* raw() const { return ssl_.get(); }

    ssize_t send(std::string_view bytes) override {
        const auto sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
        ERR_clear_error();
        return sent;
    }
    ssize_t receive(char* room, std::size_t size) override {
        const auto count = SSL_read(ssl_.get(), room, static_cast<int>(size));
        ERR_clear_error();
        return count;
    }
    bool has_bytes() const override { return SSL_has_pending(ssl_.get()) == 1; }
    void end_sending() override {
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }

private:
    SSL* make(int most) const {
        SSL_CTX_set_max_proto_version(context_.get(), most);
        SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
        SSL_CTX_set_security_level(context_.get(), 0);  // so that old versions are tried at all
        return SSL_new(context_.get());
    }

    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

}  // namespace tfy::tests
