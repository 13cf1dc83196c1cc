#include "server/cli/stdio.hpp"

#include "server/app/stdio.hpp"
#include "server/cli/doctor.hpp"

namespace tfy::cli {

void add_stdio(CommandLine& line) {
    line.add({"stdio",
              "Run an MCP server on stdin and stdout",
              {"--open-browser --sandbox --sandbox-tokens --read-only --tools --hold --policy --state-dir "
               "--public-url --ca-file "
               "--log-level --config",
               {"tfy-pat-mcp stdio --sandbox", "tfy-pat-mcp stdio --no-open-browser --hold 20s"}},
              [](Invocation& call) {
                  call.options.doctor = doctor_command(call, "stdio");
                  const auto served = app::serve_stdio(call.options);
                  return served ? 0 : call.fail(served.error());
              }});
}

}  // namespace tfy::cli
