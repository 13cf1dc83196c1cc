#include "server/cli/serve.hpp"

#include "server/app/serve.hpp"
#include "server/cli/doctor.hpp"

namespace tfy::cli {

void add_serve(CommandLine& line) {
    line.add({"serve",
              "Serve MCP over HTTP at /mcp, and the approvals page at /approvals",
              {serve_settings,
               {"tfy-pat-mcp serve --sandbox",
                "tfy-pat-mcp serve --listen 127.0.0.1:8790 --public-url https://tfy.example.com"}},
              [](Invocation& call) {
                  call.options.doctor = doctor_command(call, "serve");
                  const auto served = app::serve(call.options, call.out);
                  return served ? 0 : call.fail(served.error());
              }});
}

}  // namespace tfy::cli
