// What a start reads before it opens anything: the options, checked, and the files that they name. The doctor
// reads them by the same function, so what it calls good is what a start takes.
#pragma once

#include "policy/rule.hpp"
#include "server/config/config.hpp"
#include "server/config/tls_files.hpp"
#include "server/notify/channel_target.hpp"
#include "server/oauth/client_settings.hpp"
#include "server/oidc/provider_settings.hpp"
#include "server/upstream/key_map.hpp"
#include "tools/offer.hpp"

namespace tfy::config {

/// How serve knows its callers; by none of them: as programs of this account, all as one.
struct CallersBy {
    bool keys = false;         // that the operator gives out
    bool oauth = false;        // access tokens that serve's own authorization server gives out
    bool issuer = false;       // access tokens of an outside one
    bool truefoundry = false;  // their own TrueFoundry keys, passed on by TrueFoundry's gateway

    bool credentials() const { return keys || oauth || issuer || truefoundry; }
};

struct Settings {
    policy::Rules rules = {};
    std::vector<notify::ChannelTarget> channels = {};  // of the rules
    Address listen = {};
    std::vector<std::string> hosts = {};  // that are served besides loopback's: of the public URL, too
    std::vector<std::string> origins = {};
    std::string public_url = {};
    CallersBy callers = {};
    upstream::KeyMap key_map = {};  // serve: by whose key callers' calls go
    bool sandbox = false;
    oauth::ClientSettings clients = {};  // serve: of OAuth
    std::string issuer = {};             // serve: whose access tokens callers show; see may_serve()
    bool issuer_any_type = false;        // serve: also tokens that do not say what they are
    bool any_local_user = false;         // serve: other accounts of this machine may call, too
    TlsFiles tls = {};                   // serve: not read yet
    std::vector<std::string> trusted_proxies = {};
    std::optional<oidc::ProviderSettings> provider = {};  // serve: where people sign in, too; see may_serve()
    std::string ca_file = {};
    tools::Offer offer = {};
    policy::Duration hold = {};
    observability::Log::Level log_level = observability::Log::Level::info;
    UpstreamLimits limits = {};
    std::filesystem::path state_dir = {};  // not looked into yet
};

struct WrongSetting {
    std::string name;  // "--hold", "TFY_API_MAX_TIME"
    /// Errc::invalid_params if it is written wrongly; else what it names cannot be used. The message holds
    /// its name and never its value, which may have been meant for another place.
    Error error;
};

struct ReadSettings {
    Settings settings = {};                // to be used where nothing is wrong
    std::vector<WrongSetting> wrong = {};  // all of it, in the order in which it was read
};

ReadSettings read_settings(const Options& options);

/// The rules of a file, or the embedded ones where the name is empty.
Result<policy::Rules> load_rules(const std::string& written);
/// A sentence if all users may write that file; empty if not, or if it cannot be known.
std::string rules_open_to_others(const std::string& written);

/// The path, once it holds certificates; empty if it is. Errc::storage.
Result<std::string> read_ca_file(const std::string& written);

/// "tfy.example.com", "tfy.example.com:8443", "[::1]:80": as a Host header has it. Errc::invalid_params.
Result<void> check_host(const std::string& text);
/// "https://app.example.com:8443", as an Origin header has it. Errc::invalid_params.
Result<void> check_origin(const std::string& text);
/// An IP address. Errc::invalid_params.
Result<void> check_proxy(const std::string& text);

/// What a process ends with for it: 2 where the command line or a setting is written wrongly, else 1.
int exit_code(const Error& error);

}  // namespace tfy::config
