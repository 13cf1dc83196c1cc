#include "server/config/serving.hpp"

#include "server/config/issuer.hpp"
#include "server/config/provider.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/transport/client_address.hpp"

namespace tfy::config {
namespace {

Error refused(std::string sentence) { return {Errc::refused, std::move(sentence)}; }

std::string port_of(const http_client::UrlParts& parts) {
    if (!parts.port.empty()) return parts.port;
    return parts.scheme == "https" ? "443" : "80";
}

/// What comes from elsewhere must be encrypted: here, or by a proxy through which it comes.
Result<void> may_listen_off_loopback(const Settings& settings, bool https) {
    const auto begins = "serve does not listen on " + settings.listen.host;
    if (!settings.callers.credentials())
        return refused(begins +
                       ": it cannot tell callers apart, so everyone who reaches that address would act with "
                       "this server's key. Listen on loopback, for example --listen 127.0.0.1:8780, or let "
                       "callers show keys or access tokens: --callers keys, --callers oauth.");
    if (!settings.tls.given() && (settings.trusted_proxies.empty() || !https))
        return refused(begins +
                       " without TLS: keys and values could be read on the way. Give it a certificate with "
                       "--tls-cert and --tls-key; or put a proxy with TLS before it, and start serve with "
                       "--trusted-proxy ADDRESS and an https --public-url.");
    return {};
}

/// Clients compare the address byte for byte, and look for metadata at the root of its host.
Result<void> may_authorize(const Settings& settings, const std::optional<http_client::UrlParts>& parts) {
    if (settings.clients.registration && !settings.callers.oauth)
        return refused(
            "--oauth-registration is for --callers oauth: there is no authorization server to register at. "
            "Leave it out, or add --callers oauth.");
    if (!settings.callers.oauth) return {};
    if (settings.public_url.empty())
        return refused(
            "--callers oauth needs --public-url, the address at which people and clients reach this server: "
            "clients compare it with what they were told. For example --public-url https://tfy.example.com.");
    if (parts && !parts->path.empty() && parts->path != "/")
        return refused(
            "--public-url has a path, and --callers oauth needs one without: clients look for this server's "
            "metadata at the root of its host.");
    return {};
}

/// A key that anyone could show is a key that anyone could have tried: it comes by the gateway alone.
Result<void> may_pass_keys_on(const Settings& settings) {
    if (!settings.callers.truefoundry) return {};
    if (settings.callers.issuer)
        return refused(
            "--callers issuer and truefoundry exclude each other: both bring JWTs, and a token must have one "
            "meaning. Choose one of them; keys goes with either.");
    if (settings.trusted_proxies.empty())
        return refused(
            "--callers truefoundry needs --trusted-proxy: callers' TrueFoundry keys are taken from "
            "TrueFoundry's gateway alone. Give the IP address by which the gateway comes.");
    if (settings.sandbox)
        return refused(
            "--callers truefoundry does not go with --sandbox: there is no TrueFoundry that could say whose "
            "a key is. Leave one of them out.");
    return {};
}

}  // namespace

Result<void> may_serve(const Settings& settings) {
    if (settings.callers.credentials() && settings.any_local_user)
        return refused(
            "--any-local-user goes with --callers loopback alone: a program of any account may call if it "
            "shows a key or an access token. Leave --any-local-user out.");
    const auto parts = http_client::UrlParts::read(settings.public_url);
    if (auto may = may_authorize(settings, parts); !may) return may;
    if (!transport::is_loopback_address(settings.listen.host))
        if (auto may = may_listen_off_loopback(settings, parts && parts->scheme == "https"); !may) return may;
    if (parts && parts->scheme == "http" && !parts->is_loopback())
        return Error{
            Errc::refused,
            "--public-url is http and not on this machine: sign-in codes and values could be read on "
            "the way. Put a proxy with TLS before serve, or give it --tls-cert and --tls-key, and "
            "write the address with https://.",
            public_url_is_plain};
    if (settings.tls.given()) {
        if (parts && parts->scheme == "http")
            return refused(
                "--public-url is http, and with --tls-cert the port is served over TLS only. Write the "
                "address with https://.");
        if (const auto read = read_certificate(settings.tls); !read)
            return refused(read.error().message + " Nothing was started.");
    }
    if (auto may = may_take_tokens(settings); !may) return may;
    if (auto may = may_pass_keys_on(settings); !may) return may;
    return may_sign_in_there(settings);
}

Result<void> may_open_page(const Settings& settings) {
    const auto parts = http_client::UrlParts::read(settings.public_url);
    const bool here = parts && parts->is_loopback();
    if (parts && parts->scheme == "http" && !here)
        return refused(
            "--public-url is http and not on this machine: sign-in codes and values could be read on the "
            "way. Nothing was started. Give the page's address on this machine, for example "
            "http://localhost:8780; or let --listen be on loopback, put a proxy with TLS before it, and "
            "write its address with https://.");
    if (parts && parts->path != "/")
        return refused(
            "--public-url has a path, and the approvals page of stdio is at the root of its host: its links "
            "would lead nowhere. Nothing was started. Leave the path out, for example --public-url "
            "http://127.0.0.1:8780.");
    if (here && parts->scheme == "https" && port_of(*parts) == std::to_string(settings.listen.port))
        return refused(
            "--public-url is https, and stdio has no TLS: at the port of --listen browsers could not open "
            "the page. Nothing was started. Write the address with http://; or put a proxy with TLS before "
            "the page, and give the proxy's address.");
    if (here || transport::is_loopback_address(settings.listen.host)) return {};
    return refused(
        "stdio does not open the approvals page on " + settings.listen.host +
        " for other machines: it has no TLS, so sign-in codes and values could be read on the way. "
        "Nothing was started. In a container, publish the port to its own machine (docker run -p "
        "127.0.0.1:8780:8780) and add --public-url http://127.0.0.1:8780. Otherwise listen on "
        "loopback, for example --listen 127.0.0.1:8780; to reach the page from other machines, use serve.");
}

}  // namespace tfy::config
