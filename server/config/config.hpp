// What the server was told: flags, then environment, then the TOML file, then defaults.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "policy/secret.hpp"
#include "policy/time.hpp"
#include "protocol/error.hpp"
#include "server/observability/log.hpp"

namespace tfy::config {

/// As CLI11 reads them (flags, TFY_PAT_MCP_* and --config), not yet checked.
struct Options {
    bool sandbox = false;
    std::string sandbox_tokens = {};  // that a new sandbox begins with: "examples" or "none"; empty: examples
                                      // within a server, none for the command of its own
    std::string listen = "127.0.0.1:8780";
    std::string state_dir = {};   // empty: $XDG_STATE_HOME/tfy-pat-mcp, else ~/.local/state/tfy-pat-mcp
    std::string policy = {};      // a file; empty: the embedded rules
    std::string principals = {};  // serve: a file of which callers use which key; empty: none
    std::string hold = "45s";
    std::string log_level = "info";
    std::string ca_file = {};
    bool page_listens = false;    // stdio: the approvals page listens there, from the start
    std::string public_url = {};  // where people and clients reach `serve`; empty: where it listens
    std::vector<std::string> allowed_hosts = {};
    std::vector<std::string> allowed_origins = {};
    bool shared_key = false;      // serve: callers of other machines use this server's own key, too
    bool any_local_user = false;  // serve: callers may be of any account of this machine
    std::vector<std::string> callers = {"loopback"};  // serve: how callers are known
    std::string issuer = {};                          // serve: whose access tokens callers show
    std::string issuer_typ = "at+jwt";                // serve: how these say what they are, or "any"
    unsigned caller_requests = 120;                   // serve: of one caller, in a minute
    unsigned caller_calls = 32;                       // serve: of one caller, at a time
    unsigned caller_streams = 64;                     // serve: the same, of subscriptions/listen
    unsigned address_connections = 512;               // serve: of one address, at a time
    std::string tls_cert = {}, tls_key = {};          // serve: files of its own TLS
    std::vector<std::string> trusted_proxies = {};    // serve: addresses of proxies with TLS before it
    struct Oidc {                                     // serve: an identity provider at which people sign in
        std::string issuer = {}, client_id = {}, client_secret_file = {};
        std::string groups_claim = "groups", name_claim = "email";
        std::vector<std::string> groups = {}, amr = {}, scopes = {};
    } oidc = {};
    struct OAuth {  // serve: clients that come with what a person gave them
        std::vector<std::string> client_hosts = {}, redirect_schemes = {};
        bool registration = false;
    } oauth = {};
    bool read_only = false;                // offer the reading tools alone
    std::vector<std::string> tools = {};   // to offer; empty: all
    std::vector<std::string> doctor = {};  // the command that checks these settings
    bool open_browser = true;              // stdio: lead the person to the page where a display is there
};

/// Where the control plane is and the key to it; read from TFY_BASE_URL (TFY_HOST, TFY_API_HOST),
/// TFY_API_KEY, TFY_API_KEY_FILE or .env.
struct Upstream {
    std::string base_url;                      // empty: not set, or not to be used
    policy::Secret api_key;                    // empty: not set
    std::string key_file = {};                 // where it came from, absolute; empty: not from a file
    std::string url_problem = {};              // why the address cannot be used
    std::string url_cause = {};                // "base_url_not_https", "base_url_placeholder" …
    std::optional<Error> key_problem = {};     // why there is no key, though one is named; see key_file.hpp
    std::string url_from = {}, key_from = {};  // "TFY_HOST in the environment"; empty: not set
    std::string key_warning = {};              // a sentence: others may read it, or there is another one
    std::vector<std::string> refused = {};     // a sentence for each line of .env that does not count
    std::string login_file = {};               // where no key is named: one that `login` keeps later is there
};

/// How long TrueFoundry may take, as TrueFoundry's own helper spells it: TFY_API_CONNECT_TIMEOUT and
/// TFY_API_MAX_TIME, in seconds.
struct UpstreamLimits {
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds max_time{30'000};  // of one request, from connect to last byte, tries included
};

struct Address {
    std::string host;
    std::uint16_t port = 0;
};

/// Reads the environment, then `.env` of the current folder for what is absent there and may come from a
/// folder (folder_settings.hpp; line by line, never executed). Removes TFY_API_KEY from the environment of
/// this process. Never fails: what is wrong is told by tfy_config_status.
Upstream read_upstream();

/// The key that read_upstream() would find, to know it by; empty if it would find none. The environment stays
/// as it is.
policy::Secret configured_key();

/// One of UpstreamLimits by its variable, from the same places; `usual` where they say nothing.
/// Errc::invalid_params for anything but seconds from 0.1 to 600 ("10", "2.5"), with the variable's name.
Result<std::chrono::milliseconds> read_time_limit(const char* name, std::chrono::milliseconds usual);

/// "127.0.0.1:8780", "[::1]:0". Errc::invalid_params with what is right.
Result<Address> read_address(std::string_view text);

/// "https://tfy.example.com" or "https://example.com/tfy", without a slash at the end; empty stays empty.
/// Errc::invalid_params with what is right.
Result<std::string> read_public_url(const std::string& text);

/// With "~" and $HOME filled in; the default where `text` is empty. Errc::invalid_params for other words of
/// that sort (path_text.hpp), Errc::refused if no home is known.
Result<std::filesystem::path> state_dir(const std::string& text);

/// That of --sandbox where no other is given: beside the usual one.
std::filesystem::path sandbox_state_dir(const std::filesystem::path& usual);

/// The name of the operating system's user.
std::string os_user();

}  // namespace tfy::config
