#include "server/cli/run.hpp"

#include <algorithm>
#include <array>
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

struct Command {
    std::string_view name;
    void (*add)(CommandLine&);
};

constexpr auto verbs = std::to_array<Command>({{"stdio", add_stdio},
                                               {"serve", add_serve},
                                               {"login", add_login},
                                               {"setup", add_setup},
                                               {"sandbox", add_sandbox},
                                               {"approvals", add_approvals},
                                               {"people", add_people},
                                               {"keys", add_keys},
                                               {"clients", add_clients},
                                               {"grants", add_grants},
                                               {"audit", add_audit},
                                               {"policy", add_policy},
                                               {"doctor", add_doctor},
                                               {"redact", add_redact},
                                               {"docs", add_docs}});

}  // namespace

void add_verbs(CommandLine& line) {
    for (const auto& verb : verbs) verb.add(line);
}

// To declare all of them takes a tenth of a start, and hosts start the server for each session.
int run_command_line(std::span<char* const> arguments, std::ostream& out) {
    CommandLine line;
    const std::string_view first = arguments.size() > 1 ? arguments[1] : "";
    const auto asked = std::ranges::find(verbs, first, &Command::name);
    if (asked == verbs.end() || line.lacks_a_variable())
        add_verbs(line);
    else
        asked->add(line);
    return line.run(arguments, std::cin, out, std::cerr);
}

}  // namespace tfy::cli
