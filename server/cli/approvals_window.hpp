// What the verbs of `approvals` share: how they find what is decided on, and show it.
#pragma once

#include <optional>
#include <string>

#include "policy/approval.hpp"
#include "policy/visible.hpp"
#include "server/cli/approvals.hpp"
#include "server/cli/command_window.hpp"

namespace tfy::cli {

struct ApprovalsWindow : CommandWindow<ApprovalsOptions> {
    using CommandWindow::identify;

    /// Text by others, sealed and safe to look at.
    std::string shown(std::string_view text, std::size_t limit = 2000) const {
        return policy::shown(*archive.sealer, text, limit);
    }
    /// Who the person there says they are.
    Result<std::string> person(people::TerminalAct act) const {
        return people::TerminalChannel::name(terminal(), act);
    }
    /// identify() for a person() that is known already.
    Result<policy::Human> identify(people::TerminalAct act, const std::string& name) const {
        return people::TerminalChannel::identify(terminal(), name, act);
    }
    int fail(const Error& error) const { return archive.fail(err, error); }
    /// The approval options.id as it is now.
    Result<policy::Approval> find() const;
    /// The same; it is over if it waits for a value whose process has ended.
    Result<policy::Approval> find_as_it_is() const;
    /// The id that begins as options.id does, with or without its `kind` ("apr_", "rot_", "per_");
    /// options.id itself where none does. Errc::refused if several do, with a list of them.
    Result<std::string> whole_id(const std::string& kind) const;
};

/// One line as it was typed; nullopt at the end of the input.
std::optional<std::string> ask(const ApprovalsWindow& window, const std::string& question);

/// All of a request; when it ends is not called what the end of its token is.
Json request_json(const policy::Approval& approval);

/// A few lines about one request, none longer than 80 characters.
std::string brief(const policy::Approval& approval, policy::Time now, const policy::Seals& seal);

}  // namespace tfy::cli
