// A certificate with its private key: what a port shows to who connects over TLS.
#pragma once

#include <memory>
#include <string>

#include "policy/time.hpp"
#include "protocol/error.hpp"
#include "server/tls/session.hpp"

struct ssl_ctx_st;
struct x509_st;

namespace tfy::tls {

class Certificate {
public:
    /// `chain` is PEM: the server's own certificate first, then those that lead to its authority. `key` is
    /// the PEM of its private key, without a passphrase; it is wiped. Errc::refused, with a clause ("the key
    /// is not the one of the certificate"); Errc::storage, with a sentence, where the library is missing.
    static Result<Certificate> read(const std::string& chain, std::string key);

    /// When it ends.
    policy::Time ends() const;
    /// Whether it names this host: a name, or an IP address.
    bool names(const std::string& host) const;
    /// The server's side of one connection: TLS 1.2 or 1.3. It may outlive the certificate. Throws
    /// std::bad_alloc.
    std::unique_ptr<Session> session() const;

private:
    Certificate(std::shared_ptr<ssl_ctx_st> context, std::shared_ptr<x509_st> own)
        : context_(std::move(context)), own_(std::move(own)) {}

    std::shared_ptr<ssl_ctx_st> context_;
    std::shared_ptr<x509_st> own_;
};

}  // namespace tfy::tls
