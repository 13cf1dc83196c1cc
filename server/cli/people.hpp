// `tfy-pat-mcp people`: who may decide on a state directory.
#pragma once

#include <filesystem>
#include <functional>
#include <istream>
#include <ostream>
#include <string>

#include "server/cli/command_line.hpp"
#include "server/people/terminal_requirements.hpp"

namespace tfy::cli {

struct PeopleOptions {
    enum class Verb { list, first, invite, join, confirm, remove_passkey, suspend };
    Verb verb = Verb::list;
    std::filesystem::path state_dir = {};
    std::string name = {};  // invite, confirm, suspend: whom; remove_passkey: its id
    std::string as = {};    // who says so; empty: they are asked where more than one is enrolled
    bool json = false;

    bool stdin_is_terminal = false;  // isatty(0)
    people::TerminalRequirements required = {};
    std::string user = {};                   // the account's name, which is only proposed
    std::function<policy::Time()> now = {};  // none: the system's clock
};

/// The exit code: 0 done, 1 failed or nothing changed, 2 wrong usage.
int run_people(const PeopleOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

void add_people(CommandLine& line);

}  // namespace tfy::cli
