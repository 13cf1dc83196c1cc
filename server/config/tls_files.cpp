#include "server/config/tls_files.hpp"

#include "server/storage/private_files.hpp"
#include "server/storage/regular_file.hpp"

namespace tfy::config {
namespace {

constexpr std::size_t longest_chain = std::size_t{256} * 1024;
constexpr std::size_t longest_tls_key = std::size_t{64} * 1024;

Error refused_tls(const std::string& sentence) { return {Errc::refused, sentence}; }

}  // namespace

Result<tls::Certificate> read_certificate(const TlsFiles& files) {
    if (files.certificate.empty() || files.key.empty())
        return refused_tls(std::string(files.key.empty() ? "--tls-key" : "--tls-cert") +
                           " is missing: TLS needs a certificate and its key. Give both, or neither.");
    const auto chain = storage::read_regular_file(files.certificate, longest_chain);
    if (!chain)
        return refused_tls("--tls-cert: " + files.certificate + " cannot be read: " + chain.error().message +
                           ".");
    // A group is how services get at such keys: Debian's ssl-cert, a volume of Kubernetes.
    auto key = storage::read_private_file(files.key, longest_tls_key, storage::GroupAccess::may_read);
    if (!key) return refused_tls("--tls-key: " + key.error().message + ".");
    auto read = tls::Certificate::read(*chain, std::move(*key));
    if (!read && read.error().code == Errc::refused)
        return refused_tls("--tls-cert " + files.certificate + " and --tls-key " + files.key +
                           " cannot be used: " + read.error().message + ".");
    return read;
}

}  // namespace tfy::config
