#include "server/cli/settings.hpp"

#include <cstdlib>
#include <filesystem>

#include "server/cli/help.hpp"
#include "server/cli/option_forms.hpp"
#include "server/cli/usage.hpp"
#include "server/config/config_file.hpp"
#include "server/config/path_text.hpp"

namespace tfy::cli {
namespace {

/// As it is opened; empty if it can be. Opening a pipe would wait for its writer.
std::string why_no_config(std::string& file) {
    auto path = config::expand_path(file, "--config");
    if (!path) return path.error().message;
    file = std::move(*path);
    std::error_code ignored;
    const auto found = std::filesystem::status(file, ignored);
    if (!std::filesystem::exists(found) || std::filesystem::is_regular_file(found)) return {};
    return "The file of --config, " + file +
           ", is not a regular file. Nothing was started. Name a TOML file.";
}

void add_config(CLI::App& app) {
    const auto* file = std::getenv("TFY_PAT_MCP_CONFIG");  // the library reads the environment after it
    const bool named = file != nullptr && *file != '\0';
    auto* config =
        app.set_config("--config", named ? file : "", "TOML file with settings of the same names", named);
    config->envname("TFY_PAT_MCP_CONFIG")->transform(CLI::Validator(why_no_config, ""));
    spelled(config, "FILE", "none");
    app.config_formatter(std::make_shared<config::ConfigFile>(app));
    app.allow_config_extras(CLI::config_extras_mode::error);
}

/// A variable of a script that is not set must not stand for what holds without the option.
CLI::Validator not_empty() {
    return {[](const std::string& value) { return value.empty() ? std::string(no_value) : std::string(); },
            "", ""};
}

struct TextSettings {
    CLI::App& app;
    CLI::Option* operator()(const char* name, auto& place, const char* what, const char* value,
                            const char* variable, const char* otherwise = "") const {
        auto* option = spelled(app.add_option(name, place, what), value, otherwise)->envname(variable);
        return option->check(not_empty());
    }
};

/// Its description says to who goes beyond it what is right, and is in no help: see words_of().
CLI::Validator from_one_to(unsigned most) {
    return CLI::Range(1U, most).description("{1 to " + std::to_string(most) + "}");
}

/// Whom serve answers, and where.
void add_reach(CLI::App& app, config::Options& options) {
    const TextSettings text{app};
    text("--public-url", options.public_url,
         "Address at which people and clients reach serve, or at which people reach the page of stdio "
         "--listen; links begin with it, and its host is accepted",
         "URL", "TFY_PAT_MCP_PUBLIC_URL", "where the page listens");
    takes_list(*text("--allowed-host", options.allowed_hosts, "Host header to accept as well; repeatable",
                     "HOST", "TFY_PAT_MCP_ALLOWED_HOST", "this machine's names"));
    takes_list(*text("--allowed-origin", options.allowed_origins,
                     "Origin header to accept as well; repeatable", "ORIGIN", "TFY_PAT_MCP_ALLOWED_ORIGIN",
                     "the server's own"));
    text("--address-connections", options.address_connections,
         "serve: connections that may be open from one address; those of this machine and of trusted proxies "
         "are not counted",
         "NUMBER", "TFY_PAT_MCP_ADDRESS_CONNECTIONS")
        ->capture_default_str()
        ->check(from_one_to(10'240U));
    text("--tls-cert", options.tls_cert,
         "serve: PEM file of its certificate with the intermediate ones; the port then speaks TLS "
         "(1.2 or newer). SIGHUP reads it again",
         "FILE", "TFY_PAT_MCP_TLS_CERT", "none");
    text("--tls-key", options.tls_key,
         "serve: PEM file of that certificate's private key; only its owner and its group may "
         "read it",
         "FILE", "TFY_PAT_MCP_TLS_KEY", "none");
    takes_list(*text("--trusted-proxy", options.trusted_proxies,
                     "serve: IP address of a proxy with TLS in front of it, whose X-Forwarded-For counts; "
                     "repeatable",
                     "ADDRESS", "TFY_PAT_MCP_TRUSTED_PROXY", "none"));
}

/// Who may call, and how much.
void add_callers(CLI::App& app, config::Options& options) {
    const TextSettings text{app};
    spelled(
        app.add_flag("--any-local-user", options.any_local_user,
                     "serve: let programs of any account on this machine call; otherwise only those of this "
                     "account and root's"),
        "", "off")
        ->envname("TFY_PAT_MCP_ANY_LOCAL_USER");
    takes_list(
        *text(
             "--callers", options.callers,
             "serve: how callers are known. loopback: programs of this account, all as one; "
             "keys: each by the key that it shows, see keys create; oauth: by an access token that a "
             "person allowed it on the page; issuer: by an access token of --issuer; truefoundry: by its own "
             "TrueFoundry key, which TrueFoundry's gateway passes on; repeatable",
             "loopback|keys|oauth|issuer|truefoundry", "TFY_PAT_MCP_CALLERS", "loopback")
             ->check(CLI::IsMember({"loopback", "keys", "oauth", "issuer", "truefoundry"})));
    text("--issuer", options.issuer,
         "serve: the authorization server whose access tokens callers show, as it names itself", "URL",
         "TFY_PAT_MCP_ISSUER", "none");
    text("--issuer-typ", options.issuer_typ,
         "serve: the type that its tokens must have: at+jwt, as in RFC 9068; any: JWT or none as "
         "well, for issuers that do not set it",
         "at+jwt|any", "TFY_PAT_MCP_ISSUER_TYP")
        ->capture_default_str()
        ->check(CLI::IsMember({"at+jwt", "any"}));
    text("--caller-requests", options.caller_requests,
         "serve: requests that one caller may send in a minute; callers on loopback are not "
         "counted",
         "NUMBER", "TFY_PAT_MCP_CALLER_REQUESTS")
        ->capture_default_str()
        ->check(from_one_to(1'000'000U));
    text("--caller-calls", options.caller_calls,
         "serve: calls that one caller may have under way at a time; callers on loopback may have "
         "32 tool calls, or this number if it is greater",
         "NUMBER", "TFY_PAT_MCP_CALLER_CALLS")
        ->capture_default_str()
        ->check(from_one_to(100'000U));
    text("--caller-streams", options.caller_streams,
         "serve: subscriptions/listen streams that one caller may have open; all callers on "
         "loopback count as one",
         "NUMBER", "TFY_PAT_MCP_CALLER_STREAMS")
        ->capture_default_str()
        ->check(from_one_to(10'000U));
}

/// By whose key callers' calls go.
void add_keys_of_callers(CLI::App& app, config::Options& options) {
    const TextSettings text{app};
    text("--principals", options.principals,
         "serve: TOML file that says which callers use this server's own TrueFoundry key, or "
         "which key file. SIGHUP reads it again",
         "FILE", "TFY_PAT_MCP_PRINCIPALS", "none");
    spelled(
        app.add_flag("--shared-key", options.shared_key,
                     "serve: callers on other machines use this server's own TrueFoundry key if they have "
                     "none of their own; callers on this machine do so anyway"),
        "", "off")
        ->envname("TFY_PAT_MCP_SHARED_KEY");
}

/// Where people sign in, beside the page's own ways.
void add_oidc(CLI::App& app, config::Options::Oidc& options) {
    const TextSettings text{app};
    text("--oidc-issuer", options.issuer,
         "serve: the OpenID Connect provider at which people sign in to the page, as it names itself", "URL",
         "TFY_PAT_MCP_OIDC_ISSUER", "none");
    text("--oidc-client-id", options.client_id, "serve: the client id of this server there", "ID",
         "TFY_PAT_MCP_OIDC_CLIENT_ID", "none");
    text("--oidc-client-secret-file", options.client_secret_file,
         "serve: file with the client's secret; no other user may read it", "FILE",
         "TFY_PAT_MCP_OIDC_CLIENT_SECRET_FILE", "none");
    takes_list(*text("--oidc-group", options.groups,
                     "serve: group of the provider whose members may sign in; repeatable", "GROUP",
                     "TFY_PAT_MCP_OIDC_GROUP", "none"));
    text("--oidc-groups-claim", options.groups_claim,
         "serve: claim of the ID token that lists a person's groups", "CLAIM",
         "TFY_PAT_MCP_OIDC_GROUPS_CLAIM")
        ->capture_default_str();
    text("--oidc-name-claim", options.name_claim,
         "serve: claim under which a person is enrolled when they come for the first time. email counts only "
         "if "
         "the provider has verified it",
         "CLAIM", "TFY_PAT_MCP_OIDC_NAME_CLAIM")
        ->capture_default_str();
    takes_list(*text("--oidc-scope", options.scopes,
                     "serve: scope to ask for besides openid, email and profile; repeatable", "SCOPE",
                     "TFY_PAT_MCP_OIDC_SCOPE", "none"));
    takes_list(
        *text("--oidc-amr", options.amr,
              "serve: way of signing in there (amr) that must have been used, for example mfa; repeatable",
              "WAY", "TFY_PAT_MCP_OIDC_AMR", "none"));
}

/// Which programs may ask people to act for them.
void add_oauth(CLI::App& app, config::Options::OAuth& options) {
    const TextSettings text{app};
    takes_list(*text("--oauth-client-host", options.client_hosts,
                     "serve: host whose programs may ask people for access, besides claude.ai, chatgpt.com "
                     "and vscode.dev: their documents are fetched from there; repeatable",
                     "HOST", "TFY_PAT_MCP_OAUTH_CLIENT_HOST", "none"));
    takes_list(*text("--oauth-redirect-scheme", options.redirect_schemes,
                     "serve: scheme of a program to which an answer may go, for example cursor; repeatable",
                     "SCHEME", "TFY_PAT_MCP_OAUTH_REDIRECT_SCHEME", "none"));
    spelled(app.add_flag("--oauth-registration", options.registration,
                         "serve: programs that have no document may register themselves"),
            "", "off")
        ->envname("TFY_PAT_MCP_OAUTH_REGISTRATION");
}

}  // namespace

void add_settings(CLI::App& app, config::Options& options) {
    add_config(app);
    const TextSettings text{app};
    spelled(app.add_flag("--sandbox", options.sandbox,
                         "Use a built-in stand-in with test tokens instead of TrueFoundry, and a state "
                         "directory of its own"),
            "", "off")
        ->envname("TFY_PAT_MCP_SANDBOX");
    spelled(app.add_option("--sandbox-tokens", options.sandbox_tokens,
                           "The tokens that a new sandbox begins with: one of each sort, or none. A sandbox "
                           "that was started before keeps what it has"),
            "examples|none", "examples")
        ->check(CLI::IsMember({"examples", "none"}))
        ->envname("TFY_PAT_MCP_SANDBOX_TOKENS");
    text("--listen", options.listen, "Address and port to listen on", "ADDRESS:PORT", "TFY_PAT_MCP_LISTEN",
         "127.0.0.1:8780");
    text("--state-dir", options.state_dir, "Directory for approvals, journal and keys", "DIR",
         "TFY_PAT_MCP_STATE_DIR", "$XDG_STATE_HOME/tfy-pat-mcp, else ~/.local/state/tfy-pat-mcp");
    text("--policy", options.policy, "Rules file to use instead of the built-in rules", "FILE",
         "TFY_PAT_MCP_POLICY", "the built-in rules");
    text("--hold", options.hold, "How long a call waits for a decision before it answers 'pending'", "TIME",
         "TFY_PAT_MCP_HOLD")
        ->capture_default_str();
    text("--log-level", options.log_level, "debug, info, warn, error or off", "LEVEL",
         "TFY_PAT_MCP_LOG_LEVEL")
        ->capture_default_str();
    text("--ca-file", options.ca_file,
         "PEM file of certificate authorities to trust as well, for TrueFoundry and channels", "FILE",
         "TFY_PAT_MCP_CA_FILE", "none");
    spelled(
        app.add_flag("--read-only", options.read_only,
                     "Offer only the tools that change nothing; the others are not listed, and calls of them "
                     "are refused"),
        "", "off")
        ->envname("TFY_PAT_MCP_READ_ONLY");
    takes_list(*text("--tools", options.tools, "Offer only these tools, separated by commas", "LIST",
                     "TFY_PAT_MCP_TOOLS", "all"));
    add_reach(app, options);
    add_callers(app, options);
    add_keys_of_callers(app, options);
    add_oidc(app, options.oidc);
    add_oauth(app, options.oauth);
    spelled(app.add_flag("--open-browser,!--no-open-browser", options.open_browser,
                         "Open the approvals page in a browser if there is a display"),
            "", "on")
        ->envname("TFY_PAT_MCP_OPEN_BROWSER");
    trim_values(app);
}

}  // namespace tfy::cli
