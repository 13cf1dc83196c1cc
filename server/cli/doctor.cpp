#include "server/cli/doctor.hpp"

#include "server/doctor/doctor.hpp"

namespace tfy::cli {
namespace {

int run(Invocation& call, bool json) {
    const auto* home = std::getenv("HOME");
    std::error_code ignored;
    return doctor::run_doctor({.server = call.options,
                               .settings = config::settings_of(call.app, call.arguments),
                               .home = home != nullptr ? home : "",
                               .folder = std::filesystem::current_path(ignored),
                               .json = json},
                              call.out);
}

}  // namespace

void add_doctor(CommandLine& line) {
    const auto json = std::make_shared<bool>(false);
    line.add({"doctor",
              "Check what is configured and what works, and say what an approval proves here",
              {"--listen --open-browser --sandbox --sandbox-tokens --read-only --tools --hold --policy "
               "--state-dir --public-url "
               "--allowed-host --allowed-origin --callers --any-local-user --trusted-proxy --ca-file "
               "--log-level --config",
               {"tfy-pat-mcp doctor", "tfy-pat-mcp doctor --sandbox --json"}},
              [json](Invocation& call) { return run(call, *json); }})
        .add_flag("--json", *json, "Print JSON");
}

}  // namespace tfy::cli
