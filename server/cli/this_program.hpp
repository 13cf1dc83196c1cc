// What a shell finds this program by.
#pragma once

namespace tfy::cli {

/// Commands that people are told to type begin with this program's path, unless PATH leads to it by its name.
/// Called once, before other threads start.
void let_commands_start_this_program();

}  // namespace tfy::cli
