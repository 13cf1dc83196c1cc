// A TLS server on loopback that a test drives by hand, with a certificate of its own for one name.
#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>

#include "tests/fakes/raw_socket.hpp"

namespace tfy::tests {

class TlsServer {
public:
    /// Answers each caller that speaks TLS with these bytes, and counts all that connect.
    TlsServer(const std::string& name, std::filesystem::path ca_file, std::string answer)
        : key_(EVP_EC_gen("P-256")),
          certificate_(X509_new()),
          context_(SSL_CTX_new(TLS_server_method())),
          answer_(std::move(answer)) {
        sign(name);
        std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(ca_file.c_str(), "w"), &std::fclose);
        if (!file || PEM_write_X509(file.get(), certificate_.get()) != 1)
            throw std::runtime_error("no CA file");
        SSL_CTX_use_certificate(context_.get(), certificate_.get());
        SSL_CTX_use_PrivateKey(context_.get(), key_.get());
        serving_ = std::async(std::launch::async, [this] { serve(); });
    }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;
    ~TlsServer() {
        stopping_ = true;
        std::ignore = RawSocket::connect(listener_.port());  // wakes it
    }

    std::uint16_t port() const { return listener_.port(); }
    int callers() const { return callers_; }
    void answer_with(std::string answer) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
    }
    std::string asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    template <auto Free>
    struct Freed {
        void operator()(auto* owned) const { Free(owned); }
    };

    void sign(const std::string& name) {
        auto* const certificate = certificate_.get();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key_.get());
        auto* const subject = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("tests"), -1, -1, 0);
        X509_set_issuer_name(certificate, subject);
        for (const auto& [kind, value] :
             {std::pair{NID_subject_alt_name, "DNS:" + name},
              std::pair{NID_basic_constraints, std::string("critical,CA:TRUE")}}) {
            auto* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
            X509_add_ext(certificate, extension, -1);
            X509_EXTENSION_free(extension);
        }
        if (X509_sign(certificate, key_.get(), EVP_sha256()) == 0) throw std::runtime_error("not signed");
    }

    void serve() {
        for (;;) {
            auto peer = RawSocket(::accept(listener_.fd(), nullptr, nullptr));
            if (stopping_) return;
            ++callers_;
            const std::unique_ptr<SSL, Freed<SSL_free>> tls(SSL_new(context_.get()));
            SSL_set_fd(tls.get(), peer.fd());
            if (SSL_accept(tls.get()) != 1) continue;
            std::string head(4096, '\0');
            head.resize(static_cast<std::size_t>(
                std::max(0, SSL_read(tls.get(), head.data(), static_cast<int>(head.size())))));
            std::string answer;
            {
                const std::lock_guard lock(mutex_);
                asked_ = head;
                answer = answer_;
            }
            if (answer.empty()) {
                silent_.push_back(std::move(peer));
                continue;
            }
            SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
            SSL_shutdown(tls.get());
        }
    }

    RawListener listener_;
    std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key_;
    std::unique_ptr<X509, Freed<X509_free>> certificate_;
    std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context_;
    std::mutex mutex_;
    std::string answer_;
    std::string asked_;
    std::vector<RawSocket> silent_;
    std::atomic<int> callers_ = 0;
    std::atomic<bool> stopping_ = false;
    std::future<void> serving_;
};

}  // namespace tfy::tests
