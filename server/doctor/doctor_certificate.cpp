#include "server/doctor/doctor_certificate.hpp"

#include <sys/stat.h>

#include "server/app/own_certificate.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/transport/client_address.hpp"

namespace tfy::doctor {
namespace {

using Level = CheckResult::Level;

/// That of the page's address; without brackets.
std::string opened_host(const config::Settings& settings) {
    const auto parts = http_client::UrlParts::read(settings.public_url);
    if (!settings.public_url.empty() && parts)
        return parts->host.starts_with('[') ? parts->host.substr(1, parts->host.size() - 2) : parts->host;
    return transport::is_loopback_address(settings.listen.host) ? "localhost" : settings.listen.host;
}

bool group_reads(const std::string& file) {
    struct stat found = {};
    return ::stat(file.c_str(), &found) == 0 && (found.st_mode & S_IRGRP) != 0;
}

}  // namespace

std::optional<CheckResult> look_at_certificate(const config::Settings& settings, policy::Time now) {
    const std::string what = "TLS certificate";
    if (!settings.tls.given()) return std::nullopt;
    const auto certificate = config::read_certificate(settings.tls);
    if (!certificate) return std::nullopt;
    const auto& file = settings.tls.certificate;
    const auto ends = certificate->ends();
    const auto until = policy::format_time_for_people(ends);
    constexpr auto renew = "Put a new one, with its key, into these files, and send SIGHUP to serve.";
    if (ends <= now)
        return CheckResult{Level::broken, what, file + " ended at " + until + ": clients refuse it", renew};
    if (const auto host = opened_host(settings); !certificate->names(host))
        return CheckResult{Level::warning, what,
                           file + " does not name " + host +
                               ", so clients that come by "
                               "that name refuse it",
                           "Get one for that name, or correct --public-url."};
    if (ends <= now + app::certificate_ends_soon)
        return CheckResult{Level::warning, what, file + " ends soon, at " + until, renew};
    return CheckResult{
        Level::ok, what,
        file + " names " + opened_host(settings) + " and holds until " + until +
            (group_reads(settings.tls.key) ? "; the group of " + settings.tls.key + " may read the key"
                                           : "")};
}

}  // namespace tfy::doctor
