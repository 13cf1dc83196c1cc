// What the verbs of `approvals` share: where they read and write, and what time it is.
#pragma once

#include <optional>
#include <string>

#include "policy/approval.hpp"
#include "policy/visible.hpp"
#include "server/app/archive.hpp"
#include "server/cli/approvals.hpp"
#include "server/people/terminal_channel.hpp"

namespace tfy::cli {

struct ApprovalsWindow {
    const ApprovalsOptions& options;
    app::Archive& archive;
    std::istream& in;
    std::ostream& out;
    std::ostream& err;

    policy::Time now() const;
    /// Text by others, sealed and safe to look at.
    std::string shown(std::string_view text, std::size_t limit = 2000) const {
        return policy::shown(*archive.sealer, text, limit);
    }
    /// The conversation with the person, beside a document that goes to `out`.
    void say(const std::string& text) const { archive.say(options.json ? err : out, text); }
    people::Prompt prompt() const {
        return {in, [this](const std::string& text) { say(text); }, options.stdin_is_terminal};
    }
    people::Terminal terminal() const {
        return {prompt(), *archive.ledger, options.as, options.required, now()};
    }
    /// Who the person there says they are.
    Result<std::string> person(people::TerminalAct act) const {
        return people::TerminalChannel::name(terminal(), act);
    }
    /// The person there, once they have shown that they are one.
    Result<policy::Human> identify(people::TerminalAct act) const {
        return people::TerminalChannel::identify(terminal(), act);
    }
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
