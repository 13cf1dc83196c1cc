#include "server/config/settings.hpp"

#include <re2/re2.h>
#include <sys/stat.h>

#include <algorithm>

#include "manifests/embedded.hpp"
#include "policy/near_miss.hpp"
#include "server/config/path_text.hpp"
#include "server/config/principals.hpp"
#include "server/config/provider.hpp"
#include "server/http_client/ca_file.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/storage/private_files.hpp"
#include "server/storage/regular_file.hpp"
#include "server/transport/client_address.hpp"

namespace tfy::config {
namespace {

Error wrong(const std::string& what) { return {Errc::invalid_params, what}; }

Result<std::vector<std::string>> checked(const std::vector<std::string>& written, const auto& check) {
    for (const auto& each : written)
        if (auto fits = check(each); !fits) return fits.error();
    return written;
}

Result<policy::Duration> read_hold(const std::string& text) {
    if (text == "0s") return policy::Duration{0};
    if (const auto hold = policy::read_duration(text)) return *hold;
    return wrong("--hold must be a length of time, for example 45s or 2m.");
}

Result<observability::Log::Level> read_level(const std::string& text) {
    if (const auto level = observability::Log::read_level(text)) return *level;
    return wrong("--log-level must be debug, info, warn, error or off.");
}

/// A name with a typing mistake must not become a server with other tools than were meant.
Result<tools::Offer> read_offer(const Options& options) {
    tools::Offer offer{options.read_only, options.tools};
    const auto known = manifests::tool_names();
    for (const auto& name : offer.names) {
        if (std::ranges::find(known, std::string_view(name)) == known.end()) {
            const auto near = policy::near_miss(name, known);
            return wrong("--tools names a tool that does not exist." +
                         (near ? " Did you mean " + std::string(*near) + "?" : std::string{}) +
                         " Tools are named as in tools/list, with commas between them.");
        }
        if (!offer.includes(Json::parse(manifests::file("tools/" + name + ".json"))))
            return wrong("--tools names " + name + ", which --read-only leaves out. Give one of the two.");
    }
    return offer;
}

Result<CallersBy> read_callers(const std::vector<std::string>& words) {
    CallersBy callers;
    for (const auto& word : words) {
        if (word == "loopback" && words.size() > 1)
            return wrong("--callers loopback goes with no other word: it takes all callers as one.");
        callers.keys = callers.keys || word == "keys";
        callers.oauth = callers.oauth || word == "oauth";
        callers.issuer = callers.issuer || word == "issuer";
        callers.truefoundry = callers.truefoundry || word == "truefoundry";
    }
    return callers;
}

Result<std::string> read_issuer(const std::string& text) {
    if (!text.empty())
        if (auto fits = oidc::check_issuer(text, "--issuer", "authorization server"); !fits)
            return fits.error();
    return text;
}

Result<void> check_client_host(const std::string& text) {
    if (oauth::is_client_host(text)) return {};
    return wrong(
        "--oauth-client-host must be a host, for example clients.example.com or clients.example.com:8443: in "
        "lower case, no https://, no path, no *.");
}

Result<void> check_redirect_scheme(const std::string& text) {
    if (oauth::is_private_scheme(text)) return {};
    return wrong(
        "--oauth-redirect-scheme must be the scheme of a program, for example cursor: in lower case, no ://, "
        "and none that browsers know themselves.");
}

/// People come by that address, so their browsers name it; a proxy may leave its port out, or put it in. An
/// origin of another port is another site.
void allow_public_url(Settings& settings) {
    const auto parts = http_client::UrlParts::read(settings.public_url);
    if (settings.public_url.empty() || !parts) return;
    const std::string usual = parts->scheme == "https" ? "443" : "80";
    const auto port = parts->port.empty() ? usual : parts->port;
    settings.hosts.push_back(parts->host);
    settings.hosts.push_back(parts->host + ":" + port);
    settings.origins.push_back(parts->scheme + "://" + parts->host + ":" + port);
}

/// Whether callers of other machines reach it: then this server's own key is for those alone who are named.
bool is_on_network(const Settings& settings) {
    const auto parts = http_client::UrlParts::read(settings.public_url);
    return !transport::is_loopback_address(settings.listen.host) || !settings.trusted_proxies.empty() ||
           (parts && !settings.public_url.empty() && !parts->is_loopback());
}

}  // namespace

Result<void> check_host(const std::string& text) {
    static const RE2 form(R"(([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?)");
    if (text.size() <= 255 && RE2::FullMatch(text, form)) return {};
    return wrong(
        "--allowed-host must be a host, for example tfy.example.com or tfy.example.com:8443: no https://, no "
        "path, no *.");
}

Result<void> check_origin(const std::string& text) {
    const auto scheme = text.find("://");
    static const RE2 form("[A-Za-z][A-Za-z0-9+.-]*");
    if (scheme != std::string::npos && RE2::FullMatch(text.substr(0, scheme), form) &&
        check_host(text.substr(scheme + 3)))
        return {};
    return wrong(
        "--allowed-origin must be an origin, for example https://app.example.com: a scheme and a host, no "
        "path, no / at the end, no *.");
}

Result<void> check_proxy(const std::string& text) {
    if (transport::is_ip_address(text)) return {};
    return wrong("--trusted-proxy must be the IP address of a proxy, for example 10.0.0.7.");
}

// As libcurl's TLS will read it, also where no address is https yet: channels may be.
Result<std::string> read_ca_file(const std::string& written) {
    auto expanded = expand_path(written, "--ca-file");
    if (!expanded || expanded->empty()) return expanded;
    const auto& file = *expanded;
    if (http_client::holds_certificates(file)) return file;
    std::error_code ignored;
    const auto why = std::filesystem::exists(file, ignored)
                         ? " cannot be read, or holds no certificate in PEM (-----BEGIN CERTIFICATE-----)."
                         : " is not there.";
    return Error{Errc::storage, "--ca-file: the file " + file + why};
}

Result<policy::Rules> load_rules(const std::string& written) {
    const auto expanded = expand_path(written, "--policy");
    if (!expanded) return expanded.error();
    const auto& file = *expanded;
    const auto tools = manifests::tool_names();
    if (file.empty()) return policy::read_rules(manifests::file("policy.toml"), "policy.toml", tools);
    const auto text = storage::read_regular_file(file, std::size_t{1024} * 1024);
    if (!text)
        return Error{Errc::refused, "The rules file " + file + " cannot be read: " + text.error().message +
                                        ". Check its name and permissions."};
    return policy::read_rules(*text, file, tools);
}

std::string rules_open_to_others(const std::string& written) {
    const auto file = expand_path(written, "--policy");
    struct stat found = {};
    if (!file || file->empty() || ::stat(file->c_str(), &found) != 0 || (found.st_mode & S_IWOTH) == 0)
        return {};
    return "Other users can write to that file (mode " + storage::octal(found.st_mode) +
           "), and so decide what needs approval.";
}

ReadSettings read_settings(const Options& options) {
    ReadSettings all;
    const auto take = [&all](const char* name, auto read, auto& place) {
        if (read)
            place = std::move(*read);
        else
            all.wrong.push_back({name, read.error()});
    };
    auto& settings = all.settings;
    take("--policy", load_rules(options.policy), settings.rules);
    take("--policy", notify::open_channels(settings.rules.channels), settings.channels);
    take("--listen", read_address(options.listen), settings.listen);
    take("--allowed-host", checked(options.allowed_hosts, check_host), settings.hosts);
    take("--allowed-origin", checked(options.allowed_origins, check_origin), settings.origins);
    take("--public-url", read_public_url(options.public_url), settings.public_url);
    allow_public_url(settings);
    take("--callers", read_callers(options.callers), settings.callers);
    take("--principals", load_principals(options.principals), settings.key_map.entries);
    settings.sandbox = options.sandbox;
    take("--oauth-client-host", checked(options.oauth.client_hosts, check_client_host),
         settings.clients.hosts);
    take("--oauth-redirect-scheme", checked(options.oauth.redirect_schemes, check_redirect_scheme),
         settings.clients.redirect_schemes);
    settings.clients.registration = options.oauth.registration;
    take("--issuer", read_issuer(options.issuer), settings.issuer);
    settings.issuer_any_type = options.issuer_typ == "any";
    settings.any_local_user = options.any_local_user;
    take("--tls-cert", expand_path(options.tls_cert, "--tls-cert"), settings.tls.certificate);
    take("--tls-key", expand_path(options.tls_key, "--tls-key"), settings.tls.key);
    take("--trusted-proxy", checked(options.trusted_proxies, check_proxy), settings.trusted_proxies);
    read_provider(options.oidc, all);
    settings.key_map.server_key_for_others =
        options.shared_key || !settings.callers.credentials() || !is_on_network(settings);
    take("--ca-file", read_ca_file(options.ca_file), settings.ca_file);
    take("--hold", read_hold(options.hold), settings.hold);
    take("--tools", read_offer(options), settings.offer);
    take("--log-level", read_level(options.log_level), settings.log_level);
    auto& limits = settings.limits;
    const auto take_limit = [&](const char* name, std::chrono::milliseconds& limit) {
        take(name, read_time_limit(name, limit), limit);
    };
    take_limit("TFY_API_CONNECT_TIMEOUT", limits.connect_timeout);
    take_limit("TFY_API_MAX_TIME", limits.max_time);
    take("--state-dir", state_dir(options.state_dir), settings.state_dir);
    return all;
}

int exit_code(const Error& error) { return error.code == Errc::invalid_params ? 2 : 1; }

}  // namespace tfy::config
