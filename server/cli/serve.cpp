#include "server/cli/serve.hpp"

#include "server/app/serve.hpp"
#include "server/cli/doctor.hpp"

namespace tfy::cli {

void add_serve(CommandLine& line) {
    line.add({"serve",
              "Serve MCP over HTTP at /mcp, and the approvals page at /approvals",
              {"--listen --sandbox --sandbox-tokens --read-only --tools --hold --policy --state-dir "
               "--public-url --allowed-host "
               "--allowed-origin --callers --principals --shared-key --issuer --issuer-typ --caller-requests "
               "--caller-calls --caller-streams "
               "--address-connections "
               "--any-local-user --tls-cert --tls-key "
               "--trusted-proxy "
               "--oidc-issuer --oidc-client-id "
               "--oidc-client-secret-file --oidc-group --oidc-groups-claim --oidc-name-claim --oidc-scope "
               "--oidc-amr --oauth-client-host --oauth-redirect-scheme --oauth-registration "
               "--ca-file --log-level --config",
               {"tfy-pat-mcp serve --sandbox",
                "tfy-pat-mcp serve --listen 127.0.0.1:8790 --public-url https://tfy.example.com"}},
              [](Invocation& call) {
                  call.options.doctor = doctor_command(call, "serve");
                  const auto served = app::serve(call.options, call.out);
                  return served ? 0 : call.fail(served.error());
              }});
}

}  // namespace tfy::cli
