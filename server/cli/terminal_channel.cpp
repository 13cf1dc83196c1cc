#include "server/cli/terminal_channel.hpp"

namespace tfy::server {

Result<policy::Human> TerminalChannel::identify(const std::string& user, bool stdin_is_terminal,
                                                bool terminal_required) {
    if (terminal_required && !stdin_is_terminal)
        return Error{Errc::refused,
                     "Only a person at a terminal may decide here, and standard input is no terminal. Run "
                     "this command yourself in "
                     "a terminal window, or decide on the approvals page. Nothing was decided."};
    return policy::Human(user, policy::Assurance::terminal);
}

}  // namespace tfy::server
