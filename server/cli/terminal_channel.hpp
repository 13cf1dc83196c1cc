// A person at a terminal of this machine, known by the name of their account.
#pragma once

#include <string>

#include "policy/human.hpp"

namespace tfy::server {

class TerminalChannel {
public:
    /// The account's name, as on the approvals page; assurance `terminal`. Errc::refused where standard input
    /// is no terminal though the rules require one: a program that types for a person is no person.
    static Result<policy::Human> identify(const std::string& user, bool stdin_is_terminal,
                                          bool terminal_required);
};

}  // namespace tfy::server
