// What a start takes of its options, and what it refuses.
#include "server/config/settings.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "server/app/services.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/variable.hpp"

namespace tfy::settings_test {

namespace {

struct Row {
    const char* name;
    void (*spoil)(config::Options&);
    int code;
};

const Row rows[] = {
    {"--hold", [](config::Options& o) { o.hold = "banana"; }, 2},
    {"--log-level", [](config::Options& o) { o.log_level = "loud"; }, 2},
    {"--public-url", [](config::Options& o) { o.public_url = "ftp://x"; }, 2},
    {"--public-url", [](config::Options& o) { o.public_url = "tfy.example.com"; }, 2},
    {"--listen", [](config::Options& o) { o.listen = "nonsense"; }, 2},
    {"--listen", [](config::Options& o) { o.listen = "nonsense:80"; }, 2},
    {"--allowed-host", [](config::Options& o) { o.allowed_hosts = {"good.example", "https://x"}; }, 2},
    {"--allowed-origin", [](config::Options& o) { o.allowed_origins = {"x.example"}; }, 2},
    {"--tools", [](config::Options& o) { o.tools = {"tfy_access_tokens_list", "tfy_access_token_get"}; }, 2},
    {"--tools", [](config::Options& o) { o.tools = {""}; }, 2},
    {"--tools",
     [](config::Options& o) {
         o.read_only = true;
         o.tools = {"tfy_access_tokens_delete"};
     },
     2},
    {"--oidc-issuer", [](config::Options& o) { o.oidc.issuer = "http://idp.example.com"; }, 2},
    {"--oidc-client-id", [](config::Options& o) { o.oidc.client_id = "two words"; }, 2},
    {"--oidc-client-secret-file", [](config::Options& o) { o.oidc.client_secret_file = "/nowhere/secret"; },
     1},
    {"--oidc-client-secret-file", [](config::Options& o) { o.oidc.client_secret_file = "/etc/passwd"; }, 1},
    {"--oidc-group", [](config::Options& o) { o.oidc.groups = {""}; }, 2},
    {"--oidc-groups-claim", [](config::Options& o) { o.oidc.groups_claim = ""; }, 2},
    {"--oauth-client-host", [](config::Options& o) { o.oauth.client_hosts = {"a.example", "https://x"}; }, 2},
    {"--oauth-redirect-scheme", [](config::Options& o) { o.oauth.redirect_schemes = {"javascript"}; }, 2},
    {"--oidc-amr", [](config::Options& o) { o.oidc.amr = {"mfa", "a b"}; }, 2},
    {"--ca-file", [](config::Options& o) { o.ca_file = "/nowhere/ca.pem"; }, 1},
    {"--ca-file", [](config::Options& o) { o.ca_file = "/etc/passwd"; }, 1},
    {"--policy", [](config::Options& o) { o.policy = "/nowhere/policy.toml"; }, 1},
};

}  // namespace

TEST_CASE("the defaults can be used") { CHECK(config::read_settings({}).wrong.empty()); }

TEST_CASE("what is wrong is named, has its exit code, and stops the start with the same words") {
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const fakes::TempFolder folder;
        config::Options options;
        options.state_dir = (folder.path() / "state").string();
        row.spoil(options);
        const auto read = config::read_settings(options);
        REQUIRE(read.wrong.size() == 1);
        CHECK(read.wrong.front().name == row.name);
        CHECK(config::exit_code(read.wrong.front().error) == row.code);
        const app::SystemClock clock;
        const auto parts = app::gather_parts(options, clock);
        REQUIRE_FALSE(parts.has_value());
        CHECK(parts.error().message.starts_with(read.wrong.front().error.message));
        CHECK(parts.error().message.ends_with(
            " Correct this setting. To check all of them: tfy-pat-mcp doctor"));
        CHECK_FALSE(std::filesystem::exists(options.state_dir));
    }
}

TEST_CASE("all that is wrong is found, the time limits of the environment, too") {
    const fakes::Variable limit("TFY_API_MAX_TIME", "soon");
    config::Options options;
    options.hold = "banana";
    options.log_level = "loud";
    const auto read = config::read_settings(options);
    CHECK(read.wrong.size() == 3);
    for (const auto& each : read.wrong) CHECK(config::exit_code(each.error) == 2);
}

TEST_CASE("of two time limits the wrong one is named") {
    const fakes::Variable wrong("TFY_API_CONNECT_TIMEOUT", "soon");
    const fakes::Variable right("TFY_API_MAX_TIME", "5");
    const auto read = config::read_settings({});
    REQUIRE(read.wrong.size() == 1);
    CHECK(read.wrong.front().name == "TFY_API_CONNECT_TIMEOUT");
    CHECK(read.settings.limits.max_time == std::chrono::seconds{5});
}

TEST_CASE("a sandbox knows the key that is configured beside it, and takes it from the environment") {
    const std::string value = "tfy-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
    const fakes::Variable key("TFY_API_KEY", value.c_str());
    const fakes::TempFolder folder;
    config::Options options;
    options.state_dir = (folder.path() / "state").string();
    options.sandbox = true;
    const app::SystemClock clock;
    const auto parts = app::gather_parts(options, clock);
    REQUIRE(parts.has_value());
    CHECK(std::getenv("TFY_API_KEY") == nullptr);
    REQUIRE(parts->known_tokens.size() == 1);
    const auto known = redaction::fingerprint(value, "TFY_API_KEY", parts->fingerprint_key);
    CHECK(parts->known_tokens.front().name == known.name);
    CHECK(parts->known_tokens.front().windows == known.windows);
    CHECK_FALSE(parts->own_key->is(policy::Secret(std::string(value))));
}

TEST_CASE("hosts and origins are as their headers have them") {
    for (const auto* good :
         {"a", "tfy.example.com", "tfy.example.com:8443", "10.0.0.1", "[::1]:80", "my_host"})
        CHECK_MESSAGE(config::check_host(good).has_value(), good);
    for (const auto* bad :
         {"", "*", "*.example.com", "https://x", "x/", "x y", "x:port", "x:", "-x", "::1", "x\ny"})
        CHECK_MESSAGE(!config::check_host(bad).has_value(), bad);
    for (const auto* good : {"https://app.example.com", "http://10.0.0.1:3000", "vscode-webview://0abc",
                             "chrome-extension://abcdefgh"})
        CHECK_MESSAGE(config::check_origin(good).has_value(), good);
    for (const auto* bad : {"", "*", "null", "app.example.com", "https://", "https://x/", "https://x/path",
                            "://x", "https://u:p@x"})
        CHECK_MESSAGE(!config::check_origin(bad).has_value(), bad);
}

}  // namespace tfy::settings_test
