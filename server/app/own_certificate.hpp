// What serve's port shows to who connects over TLS: replaced while it runs.
#pragma once

#include <memory>

#include "server/config/tls_files.hpp"
#include "server/observability/log.hpp"
#include "tools/async.hpp"

namespace tfy::app {

/// From so long before its end on, a certificate is told of.
inline constexpr std::chrono::days certificate_ends_soon{14};

class OwnCertificate {
public:
    /// As read_certificate().
    static Result<OwnCertificate> read(const config::TlsFiles& files);

    /// New connections get what the files hold now. If that cannot be used, what is in force stays, and the
    /// log says why.
    void read_again(const observability::Log& log, const Clock& clock);
    /// Warns of its end, if that is past or near.
    void tell(const observability::Log& log, const Clock& clock) const;
    std::unique_ptr<tls::Session> session() const { return certificate_.session(); }

private:
    OwnCertificate(config::TlsFiles files, tls::Certificate certificate)
        : files_(std::move(files)), certificate_(std::move(certificate)) {}

    config::TlsFiles files_;
    tls::Certificate certificate_;
};

}  // namespace tfy::app
