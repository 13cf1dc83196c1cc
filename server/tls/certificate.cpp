#include "server/tls/certificate.hpp"

#include <ctime>
#include <new>

#include "policy/secret.hpp"
#include "server/tls/tls_library.hpp"

namespace tfy::tls {
namespace {

using Context = std::shared_ptr<SSL_CTX>;
using OwnCertificate = std::shared_ptr<X509>;

Error cannot_use(std::string why) { return {Errc::refused, std::move(why)}; }

/// However reading it ends.
struct WipedKey {
    explicit WipedKey(std::string& what) : text(what) {}
    ~WipedKey() { policy::wipe(text); }
    WipedKey(const WipedKey&) = delete;
    WipedKey& operator=(const WipedKey&) = delete;
    std::string& text;
};

/// What OpenSSL says of its last failure: "ee key too small".
std::string why(const TlsLibrary& ssl) {
    const auto* reason = ssl.reason_of_error(ssl.peek_last_error());
    ssl.clear_errors();
    return reason == nullptr ? std::string{} : " (" + std::string(reason) + ")";
}

class Text {
public:
    Text(const TlsLibrary& ssl, const std::string& text)
        : bio_(ssl.bio_new_mem_buf(text.data(), static_cast<int>(text.size())), ssl.bio_free) {
        if (!bio_) throw std::bad_alloc();
    }
    BIO* get() const { return bio_.get(); }

private:
    std::unique_ptr<BIO, decltype(&BIO_free)> bio_;
};

/// TLS 1.2 with forward secrecy and authenticated encryption, or 1.3. Nothing is shared between connections:
/// each one shakes hands in full.
Context make_context(const TlsLibrary& ssl) {
    const Context context(ssl.ctx_new(ssl.server_method()), ssl.ctx_free);
    if (!context) throw std::bad_alloc();
    auto* raw = context.get();
    const auto ctrl = [&](int command, long value) {
        return ssl.ctx_ctrl(raw, command, value, nullptr) != 0;
    };
    ssl.ctx_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_CLEANSE_PLAINTEXT);
    ctrl(SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS);
    ctrl(SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF);
    const bool limited = ctrl(SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION) &&
                         ssl.ctx_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                         ssl.ctx_set_num_tickets(raw, 0) == 1;
    ssl.clear_errors();
    return limited ? context : nullptr;
}

Result<OwnCertificate> take_chain(const TlsLibrary& ssl, SSL_CTX* context, const std::string& chain) {
    const Text text(ssl, chain);
    const auto next = [&] {
        return OwnCertificate(ssl.pem_read_certificate(text.get(), nullptr, nullptr, nullptr), ssl.x509_free);
    };
    auto own = next();
    if (!own) {
        ssl.clear_errors();
        return cannot_use("the certificate's file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
    }
    if (ssl.ctx_use_certificate(context, own.get()) != 1)
        return cannot_use("the certificate cannot be used" + why(ssl));
    while (const auto above = next())
        if (ssl.ctx_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, above.get()) != 1)
            return cannot_use("a certificate of its chain cannot be used" + why(ssl));
    ssl.clear_errors();  // the end of the text is one of its errors
    return own;
}

/// A key behind a passphrase is refused: OpenSSL would ask at the terminal.
int no_passphrase(char* /*room*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

Result<void> take_key(const TlsLibrary& ssl, SSL_CTX* context, const std::string& key) {
    const Text text(ssl, key);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> read(
        ssl.pem_read_private_key(text.get(), nullptr, no_passphrase, nullptr), ssl.pkey_free);
    ssl.clear_errors();
    if (!read)
        return cannot_use(
            "the key's file holds no private key in PEM (-----BEGIN PRIVATE KEY-----), or one behind a "
            "passphrase");
    if (ssl.ctx_use_private_key(context, read.get()) != 1 || ssl.ctx_check_private_key(context) != 1) {
        ssl.clear_errors();
        return cannot_use("the key is not the one of the certificate");
    }
    return {};
}

}  // namespace

Result<Certificate> Certificate::read(const std::string& chain, std::string key) {
    const WipedKey afterwards(key);
    const auto library = tls_library();
    if (!library) return library.error();
    const auto& ssl = **library;
    const auto context = make_context(ssl);
    if (!context) return cannot_use("this machine's OpenSSL does not serve TLS 1.2");
    auto own = take_chain(ssl, context.get(), chain);
    if (!own) return own.error();
    if (auto taken = take_key(ssl, context.get(), key); !taken) return taken.error();
    return Certificate(context, std::move(*own));
}

policy::Time Certificate::ends() const {
    std::tm end{};
    const auto& ssl = **tls_library();
    if (ssl.time_to_tm(ssl.x509_not_after(own_.get()), &end) != 1) return {};
    return policy::Time(std::chrono::seconds(::timegm(&end)));
}

bool Certificate::names(const std::string& host) const {
    const auto& ssl = **tls_library();
    // As clients see it: they do not look at the common name any more.
    constexpr auto names_only = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    const bool named = ssl.x509_check_host(own_.get(), host.data(), host.size(), names_only, nullptr) == 1 ||
                       ssl.x509_check_ip(own_.get(), host.c_str(), 0) == 1;
    ssl.clear_errors();
    return named;
}

std::unique_ptr<Session> Certificate::session() const {
    return std::make_unique<Session>(**tls_library(), context_.get());
}

}  // namespace tfy::tls
