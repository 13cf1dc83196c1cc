// A value on a terminal, for as long as its person needs to save it.
#pragma once

#include <ostream>
#include <string>

#include "policy/secret.hpp"

namespace tfy::cli {

/// Whether what was written can be taken off this terminal again ($TERM says which one it is).
bool terminal_can_be_wiped();

struct ValueScreen {
    std::string above;
    std::string below;
    bool wipes = true;  // terminal_can_be_wiped()
};

/// Shows `value` on a line of its own, on the terminal's other screen, until Enter is pressed, a signal comes
/// (Ctrl-C, Ctrl-Z, a closed window), or five minutes are over; then wipes it, and what was typed meanwhile
/// is not passed on. `value` is wiped from memory as soon as it is written. False if it could not be
/// written.
bool show_value(std::ostream& out, policy::Secret value, const ValueScreen& screen);

}  // namespace tfy::cli
