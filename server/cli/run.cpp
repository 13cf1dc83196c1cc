#include "server/cli/run.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "server/cli/approvals_verbs.hpp"
#include "server/cli/audit.hpp"
#include "server/cli/clients.hpp"
#include "server/cli/docs.hpp"
#include "server/cli/doctor.hpp"
#include "server/cli/grants.hpp"
#include "server/cli/keys.hpp"
#include "server/cli/login.hpp"
#include "server/cli/people.hpp"
#include "server/cli/policy.hpp"
#include "server/cli/redact.hpp"
#include "server/cli/sandbox.hpp"
#include "server/cli/serve.hpp"
#include "server/cli/setup.hpp"
#include "server/cli/stdio.hpp"

namespace tfy::cli {
namespace {

/// A config file may have a table for each command, and the environment settings of each.
bool needs_all_verbs(std::span<char* const> arguments, const CommandLine& line) {
    const std::string_view verb = arguments.size() > 1 ? arguments[1] : "";
    if (verb != "stdio" && verb != "serve") return true;
    const bool reads_config =
        std::getenv("TFY_PAT_MCP_CONFIG") != nullptr ||
        std::ranges::any_of(arguments, [](std::string_view each) { return each.starts_with("--config"); });
    return reads_config || line.lacks_a_variable();
}

void add_servers(CommandLine& line) {
    add_stdio(line);
    add_serve(line);
}

void add_others(CommandLine& line) {
    for (auto* const add : {add_login, add_setup, add_sandbox, add_approvals, add_people, add_keys,
                            add_clients, add_grants, add_audit, add_policy, add_doctor, add_redact, add_docs})
        add(line);
}

}  // namespace

void add_verbs(CommandLine& line) {
    add_servers(line);
    add_others(line);
}

// To declare all of them takes a tenth of a start, and hosts start the server for each session.
int run_command_line(std::span<char* const> arguments, std::ostream& out) {
    CommandLine line;
    add_servers(line);
    if (needs_all_verbs(arguments, line))
        add_others(line);
    else
        line.leave_out(add_others);
    return line.run(arguments, std::cin, out, std::cerr);
}

}  // namespace tfy::cli
