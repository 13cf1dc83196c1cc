// The files of the port's own TLS, as options name them.
#pragma once

#include <string>

#include "protocol/error.hpp"
#include "server/tls/certificate.hpp"

namespace tfy::config {

struct TlsFiles {
    std::string certificate = {};  // --tls-cert: PEM, the chain behind it
    std::string key = {};          // --tls-key: PEM

    /// Whether the port is to have TLS.
    bool given() const { return !certificate.empty() || !key.empty(); }
};

/// Errc::refused, with a sentence, if one of the two is missing, they cannot be read or do not go together,
/// or users beside the key's owner and its group may read it.
Result<tls::Certificate> read_certificate(const TlsFiles& files);

}  // namespace tfy::config
