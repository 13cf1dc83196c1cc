// The commands of this program that people are told to type: built in one place, so that each acts on the
// state directory of the process that prints it.
#pragma once

#include <string>
#include <string_view>

namespace tfy::tools {

/// From here on every command names this directory. Called once, before other threads start; never for the
/// default directory.
void commands_name(std::string state_dir);

/// From here on every command begins with this path instead of the program's name: for where a shell does not
/// find it by that. Called once, before other threads start.
void commands_start(const std::string& path);

/// What commands begin with, quoted for a shell.
const std::string& own_program();

/// As one word of a command line.
std::string quoted_for_a_shell(std::string_view text);

/// "tfy-pat-mcp approvals list", with "--state-dir DIR" behind it, quoted for a shell, if commands name one.
std::string own_command(std::string_view verbs);

}  // namespace tfy::tools
