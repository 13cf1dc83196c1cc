#include "server/cli/stdio.hpp"

#include "server/app/stdio.hpp"
#include "server/cli/doctor.hpp"
#include "server/cli/option_forms.hpp"

namespace tfy::cli {
namespace {

/// `listen` is an option of its own: the setting of that name may be in a file, or in the environment, for
/// serve.
int run_stdio(Invocation& call, const std::string& listen) {
    call.options.doctor = doctor_command(call, "stdio");
    if (call.app.get_subcommand("stdio")->count("--listen") > 0) {
        call.options.page_listens = true;
        call.options.listen = listen;
        call.options.allowed_hosts.clear();  // of serve, which has TLS; a file may be for both
        call.options.allowed_origins.clear();
        if (!call.options.doctor.empty()) call.options.doctor.emplace_back("--asked-by-serve");
    }
    const auto served = app::serve_stdio(call.options);
    return served ? 0 : call.fail(served.error());
}

}  // namespace

void add_stdio(CommandLine& line) {
    const auto listen = std::make_shared<std::string>();
    auto& added = line.add(
        {"stdio",
         "Run an MCP server on stdin and stdout",
         {"--open-browser --sandbox --sandbox-tokens --read-only --tools --hold --policy --state-dir "
          "--public-url --ca-file "
          "--log-level --config",
          {"tfy-pat-mcp stdio --sandbox", "tfy-pat-mcp stdio --no-open-browser --hold 20s"}},
         [listen](Invocation& call) { return run_stdio(call, *listen); }});
    spelled(
        added.add_option("--listen", *listen,
                         "Address and port for the approvals page, which then opens at startup; if it is "
                         "not a loopback address, as in a container, --public-url must be on this machine"),
        "ADDRESS:PORT", "a free loopback port, at the first approval");
    trim_values(added);
}

}  // namespace tfy::cli
