#include "server/config/serving.hpp"

#include "server/config/provider.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/transport/client_address.hpp"

namespace tfy::config {
namespace {

Error refused(std::string sentence) { return {Errc::refused, std::move(sentence)}; }

/// The port is not encrypted: what comes from elsewhere must have come through a proxy that is.
Result<void> may_listen_off_loopback(const Settings& settings, bool https) {
    const auto begins = "serve does not listen on " + settings.listen.host;
    if (!settings.callers.credentials())
        return refused(begins +
                       ": it cannot tell callers apart, so everyone who reaches that address would act with "
                       "this server's key. Listen on loopback, for example --listen 127.0.0.1:8780, or let "
                       "callers show keys: --callers keys.");
    if (settings.trusted_proxies.empty() || !https)
        return refused(begins +
                       " without TLS: keys and values could be read on the way. Put a proxy with TLS before "
                       "it, and start serve with --trusted-proxy ADDRESS and an https --public-url.");
    return {};
}

}  // namespace

Result<void> may_serve(const Settings& settings) {
    if (settings.callers.credentials() && settings.any_local_user)
        return refused(
            "--any-local-user and --callers keys exclude each other: with keys, a program of any account may "
            "call if it shows one. Leave --any-local-user out.");
    const auto parts = http_client::UrlParts::read(settings.public_url);
    if (!transport::is_loopback_address(settings.listen.host))
        if (auto may = may_listen_off_loopback(settings, parts && parts->scheme == "https"); !may) return may;
    if (parts && parts->scheme == "http" && !parts->is_loopback())
        return refused(
            "--public-url is http and not on this machine: sign-in codes and values could be read on "
            "the way. Put a proxy with TLS before serve, and write the address with https://.");
    return may_sign_in_there(settings);
}

}  // namespace tfy::config
