// This process and the one that started it, as the operating system knows them.
#pragma once

#include <filesystem>
#include <string>

namespace tfy::system {

/// What main got as the program's name, before anything else here is asked: not every system knows more.
void started_as(const char* name);

/// Starts this process anew, once, with all functions of its libraries bound from the start; goes on if that
/// cannot be. The dynamic linker binds a function at its first call, and keeps the processor's wide registers
/// on the stack meanwhile: with what was last copied, a secret too, which no one wipes there.
void bind_all_functions(char** arguments);

/// The file of this program. Empty if the system does not say.
std::filesystem::path own_program();

/// What starts this program once more; on Linux also after another file has taken its place.
std::string own_image();

/// The program that started this one, as the system calls it. Empty if the system does not say.
std::string name_of_parent();

/// No other process of this account looks into this one, if the system lets a program say so.
void shut_out_debuggers();

}  // namespace tfy::system
