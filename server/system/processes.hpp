// This process and the one that started it, as the operating system knows them.
#pragma once

#include <filesystem>
#include <string>

namespace tfy::system {

/// What main got as the program's name, before anything else here is asked: not every system knows more.
void started_as(const char* name);

/// Starts this process anew, once, as one that serves for long; goes on if that cannot be.
/// All functions of its libraries are bound from the start: the dynamic linker binds a function at its first
/// call, and keeps the processor's wide registers on the stack meanwhile, with what was last copied, a secret
/// too. And a thread keeps more of what it frees (128 pieces of each size, glibc's own are 7), for calls at
/// the same time.
void start_for_long(char** arguments);

/// The file of this program. Empty if the system does not say.
std::filesystem::path own_program();

/// What starts this program once more; on Linux also after another file has taken its place.
std::string own_image();

/// The program that started this one, as the system calls it. Empty if the system does not say.
std::string name_of_parent();

/// No other process of this account looks into this one, if the system lets a program say so.
void shut_out_debuggers();

}  // namespace tfy::system
