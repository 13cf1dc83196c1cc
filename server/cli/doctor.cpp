#include "server/cli/doctor.hpp"

#include <algorithm>

#include "server/cli/serve.hpp"
#include "server/doctor/doctor.hpp"

namespace tfy::cli {
namespace {

struct Chosen {
    bool json = false;
    bool offline = false;
    bool asked_by_serve = false;
};

int run(Invocation& call, const Chosen& chosen) {
    const auto* home = std::getenv("HOME");
    std::error_code ignored;
    return doctor::run_doctor({.server = call.options,
                               .settings = config::settings_of(call.app, call.arguments),
                               .home = home != nullptr ? home : "",
                               .folder = std::filesystem::current_path(ignored),
                               .json = chosen.json,
                               .offline = chosen.offline,
                               .asked_by_serve = chosen.asked_by_serve},
                              call.out);
}

}  // namespace

std::vector<std::string> doctor_command(const Invocation& call, std::string_view verb) {
    std::vector<std::string> command(call.arguments.begin(), call.arguments.end());
    const auto found = std::ranges::find(command, verb);
    if (found == command.end()) return {};
    *found = "doctor";
    command.insert(command.end(), {"--offline", "--json"});  // a server does not hand its key on
    if (verb == "serve") command.emplace_back("--asked-by-serve");
    return command;
}

void add_doctor(CommandLine& line) {
    static const auto settings = std::string(serve_settings) + " --open-browser";  // of stdio alone
    const auto chosen = std::make_shared<Chosen>();
    auto& added = line.add({"doctor",
                            "Check what is configured and what works, and say what an approval proves here",
                            {settings, {"tfy-pat-mcp doctor", "tfy-pat-mcp doctor --sandbox --json"}},
                            [chosen](Invocation& call) { return run(call, *chosen); }});
    added.add_flag("--json", chosen->json, "Print JSON");
    added.add_flag("--offline", chosen->offline, "Leave out TrueFoundry and the key for it");
    added
        .add_flag("--asked-by-serve", chosen->asked_by_serve, "For the approvals page of a server that runs")
        ->group("");  // in no help
}

}  // namespace tfy::cli
