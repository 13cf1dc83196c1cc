#include "server/cli/run.hpp"

#include <iostream>

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

void add_verbs(CommandLine& line) {
    for (auto* const add :
         {add_stdio, add_serve, add_login, add_setup, add_sandbox, add_approvals, add_people, add_keys,
          add_clients, add_grants, add_audit, add_policy, add_doctor, add_redact, add_docs})
        add(line);
}

int run_command_line(std::span<char* const> arguments, std::ostream& out) {
    CommandLine line;
    add_verbs(line);
    return line.run(arguments, std::cin, out, std::cerr);
}

}  // namespace tfy::cli
