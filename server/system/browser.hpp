// The person's browser.
#pragma once

#include <string>

namespace tfy::system {

/// The program of this system that opens an address in it.
std::string browser_opener();
/// Whether PATH leads to that program.
bool has_browser_opener();
/// False if nothing was started. What is started has nothing of this process's input and output.
bool open_in_browser(std::string address);

}  // namespace tfy::system
