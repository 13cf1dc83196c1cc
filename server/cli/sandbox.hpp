// `sandbox`: the stand-in control plane over real HTTP, for trying things out and for tests.
#pragma once

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_sandbox(CommandLine& line);

struct SandboxOptions {
    std::vector<std::string> accounts = {};  // beside the usual one: "alice", "bob:forbidden"
    std::string access_log = {};             // a file that lines are added to; empty: `out`
};

/// The stand-in control plane alone, over real HTTP. Says on `out` where it can be reached, then writes a
/// line of JSON a request. The exit code: 1, too, where a client sent what must never be sent.
int run_sandbox(const config::Options& options, const SandboxOptions& sandbox_options, std::ostream& out,
                std::ostream& errors);

}  // namespace tfy::cli
