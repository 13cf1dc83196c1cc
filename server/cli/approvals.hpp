// `tfy-pat-mcp approvals`: a person decides in a terminal, next to a server that runs somewhere else on the
// same state directory.
#pragma once

#include <filesystem>
#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "policy/rule.hpp"
#include "policy/standing_permission.hpp"
#include "server/people/terminal_requirements.hpp"
#include "server/storage/last_server.hpp"

namespace tfy::cli {

/// A standing permission, as it is typed.
struct PermitOptions {
    std::string principal = {};
    std::string names = {};
    policy::TokenKind kind = {};
    std::size_t uses = 0;
    std::string expires_within = "30d";
    std::string lasts = "60m";
    std::string destination = "page";
};

struct ApprovalsOptions {
    enum class Verb {
        list,
        show,
        approve,
        deny,
        keep,
        freeze,
        unfreeze,
        watch,
        passphrase,
        sign_in,
        permissions,
        permit,
        revoke,
        reveal
    };
    Verb verb = Verb::list;
    std::filesystem::path state_dir = {};
    std::string id = {};  // show, approve, deny: apr_…; keep: a rotation's; revoke: per_…; reveal: apr_… or
                          // rev_…; freeze, unfreeze: a principal
    std::string reason = {};  // deny: asked for if it is empty; permit, freeze
    PermitOptions permit = {};
    std::string as = {};       // who decides; empty: they are asked where more than one is enrolled
    std::string life = "15m";  // sign_in: how long the code is good for
    bool all = false;          // list: the decided ones too
    bool json = false;  // one document, or one line each for watch; the conversation then goes to `err`

    bool stdin_is_terminal = false;   // isatty(0)
    bool stdout_is_terminal = false;  // isatty(1)
    people::TerminalRequirements required = {};
    storage::ControlPlaneInUse control_plane = {};  // of the last server on the state directory
    std::optional<policy::Rules> rules =
        {};  // permit: under which the permission has to count; none: unknown

    std::function<policy::Time()> now = {};  // none: the system's clock
    std::function<bool(policy::Duration)> pause =
        {};  // watch: waits that long, false ends it; none: until interrupted
};

/// The exit code: 0 done, 1 failed or nothing decided, 2 wrong usage.
int run_approvals(const ApprovalsOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace tfy::cli
