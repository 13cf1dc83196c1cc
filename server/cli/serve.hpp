// `tfy-pat-mcp serve`.
#pragma once

#include <string_view>

#include "server/cli/command_line.hpp"

namespace tfy::cli {

/// What it reads, a space between them. `doctor` reads the same.
inline constexpr std::string_view serve_settings =
    "--listen --sandbox --sandbox-tokens --read-only --tools --hold --policy --state-dir --public-url "
    "--allowed-host --allowed-origin --callers --principals --shared-key --issuer --issuer-typ "
    "--caller-requests --caller-calls --caller-streams --address-connections --any-local-user --tls-cert "
    "--tls-key --trusted-proxy --oidc-issuer --oidc-client-id --oidc-client-secret-file --oidc-group "
    "--oidc-groups-claim --oidc-name-claim --oidc-scope --oidc-amr --oauth-client-host "
    "--oauth-redirect-scheme --oauth-registration --ca-file --log-level --config";

void add_serve(CommandLine& line);

}  // namespace tfy::cli
