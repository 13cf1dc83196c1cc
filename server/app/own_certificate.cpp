#include "server/app/own_certificate.hpp"

namespace tfy::app {

Result<OwnCertificate> OwnCertificate::read(const config::TlsFiles& files) {
    auto certificate = config::read_certificate(files);
    if (!certificate) return certificate.error();
    return OwnCertificate(files, std::move(*certificate));
}

void OwnCertificate::read_again(const observability::Log& log, const Clock& clock) {
    auto certificate = config::read_certificate(files_);
    if (!certificate)
        return log.error("the TLS certificate was not reloaded: the one in force stays",
                         {{"why", certificate.error().message}});
    certificate_ = std::move(*certificate);
    log.info("the TLS certificate was read anew", {{"until", policy::format_time(certificate_.ends())}});
    tell(log, clock);
}

void OwnCertificate::tell(const observability::Log& log, const Clock& clock) const {
    const auto now = clock.now();
    const auto ends = certificate_.ends();
    if (ends > now + certificate_ends_soon) return;
    log.warn(ends <= now ? "the TLS certificate is over: clients refuse it. Put a new one into its file, and "
                           "send SIGHUP"
                         : "the TLS certificate ends soon. Put a new one into its file, and send SIGHUP",
             {{"file", files_.certificate}, {"until", policy::format_time(ends)}});
}

}  // namespace tfy::app
