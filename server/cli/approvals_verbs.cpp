#include "server/cli/approvals_verbs.hpp"

#include <unistd.h>

#include "policy/principals.hpp"
#include "server/cli/approvals.hpp"
#include "server/cli/approvals_notify.hpp"
#include "server/config/settings.hpp"
#include "server/storage/last_server.hpp"

namespace tfy::cli {
namespace {

constexpr std::string_view of_decisions = "--state-dir --sandbox --policy --config";

/// Those of the server on this state directory, if this command was given none; unknown if they cannot be
/// read.
std::optional<policy::Rules> rules_in_use(const std::string& given, const std::filesystem::path& state) {
    auto rules = config::load_rules(given.empty() ? storage::rules_file_of_server(state) : given);
    return rules ? std::optional(std::move(*rules)) : std::nullopt;
}

int run(Invocation& call, ApprovalsOptions& approvals) {
    auto state = config::state_dir(call.options.state_dir);
    if (!state) return call.fail(state.error());
    const auto rules = config::load_rules(call.options.policy);
    if (!rules) return call.fail(rules.error());
    approvals.state_dir = std::move(*state);
    approvals.stdin_is_terminal = isatty(STDIN_FILENO) == 1;
    approvals.stdout_is_terminal = isatty(STDOUT_FILENO) == 1;
    approvals.required = people::terminal_requirements(approvals.state_dir, people::requirements_of(*rules));
    approvals.control_plane = storage::control_plane_of_server(approvals.state_dir);
    approvals.rules = rules_in_use(call.options.policy, approvals.state_dir);
    return run_approvals(approvals, call.in, call.out, call.err);
}

/// Adds verbs that share one set of options.
class ApprovalsVerbs {
public:
    using Is = ApprovalsOptions::Verb;

    explicit ApprovalsVerbs(CommandLine& line)
        : line_(line),
          above_(line.add(
              {"approvals",
               "Decide on requests in this terminal",
               {of_decisions, {"tfy-pat-mcp approvals list", "tfy-pat-mcp approvals approve apr_k3f9"}}})) {}

    void add_requests() {
        const auto* const which = "The request's id, or the beginning of it: apr_k3f9 or k3f9";
        add("list", "List the open requests, oldest first", Is::list, {"list", "list --all --json"})
            .add_flag("--all", chosen_->all, "Include the closed ones");
        add("watch", "Show the inbox live; without a terminal, print each change", Is::watch,
            {"watch", "watch --json"});
        id(add("show", "Show a request in full", Is::show, {"show apr_k3f9", "show k3f9 --json"}), which);
        id(add("approve", "Approve a request; asks you to type the token's name", Is::approve,
               {"approve apr_k3f9", "approve k3f9 --json"}),
           which);
        add("passphrase", "Change your passphrase", Is::passphrase,
            {"passphrase", "passphrase --state-dir /var/lib/tfy-pat-mcp"});
        auto& sign_in = add("sign-in", "Print a one-time code for yourself to sign in to the approvals page",
                            Is::sign_in, {"sign-in", "sign-in --as grace --for 30m"});
        spelled(sign_in.add_option("--for", chosen_->life, "How long the code is valid, up to 1h"), "TIME")
            ->capture_default_str();
        auto& deny = add("deny", "Deny a request and say why", Is::deny,
                         {"deny apr_k3f9", "deny apr_k3f9 --reason \"ci-runner is still in use\""});
        id(deny, which);
        deny.add_option("--reason", chosen_->reason,
                        "Why; the agent is told. You are asked if you leave it out");
        id(add("reveal", "Show a new token's value once, in this terminal", Is::reveal,
               {"reveal apr_k3f9", "reveal k3f9"}),
           "The approved request's id, or the beginning of it; or the value's, rev_…");
        id(add("keep", "Keep the old token of a rotation that has not deleted it yet", Is::keep,
               {"keep rot_x81c", "keep rot_x81c --json"}),
           "The rotation's id, or the beginning of it");
    }

    void add_freezing() {
        const auto who = std::string("The caller, as its requests name it: ") + policy::principal_forms;
        auto& freeze = add("freeze", "Stop a caller: end its open requests and refuse new ones", Is::freeze,
                           {"freeze stdio:ada", "freeze key:K7Q29FXM --reason \"asks too much\""});
        id(freeze, who, "PRINCIPAL");
        freeze.add_option("--reason", chosen_->reason, "Why; the agent is told, and the journal records it");
        id(add("unfreeze", "Let a frozen caller ask again", Is::unfreeze,
               {"unfreeze stdio:ada", "unfreeze key:K7Q29FXM --json"}),
           who, "PRINCIPAL");
    }

    void add_notifying() { add_notify(line_, above_); }

    void add_permissions() {
        add("permissions", "List the standing permissions in force", Is::permissions,
            {"permissions", "permissions --json"});
        auto& permit =
            add("permit", "Allow the creation of some tokens in advance; asks you to type their names",
                Is::permit,
                {"permit --principal stdio:ada --names 'ci-*' --uses 9",
                 "permit --principal stdio:ada --names 'tmp-*' --uses 2"});
        auto& typed = chosen_->permit;
        spelled(permit.add_option("--principal", typed.principal,
                                  std::string("Whose calls: ") + policy::principal_forms),
                "NAME")
            ->required();
        spelled(permit.add_option("--names", typed.names, "Names of the new tokens, for example 'ci-*'"),
                "PATTERN")
            ->required();
        spelled(permit.add_option("--team", typed.kind.team, "Only for tokens of this team"), "NAME");
        spelled(permit.add_option("--account", typed.kind.account, "Only for tokens of this account"),
                "NAME");
        spelled(
            permit.add_option("--type", typed.kind.type, "Only for tokens that are requested as this type"),
            "jwt|opaque");
        spelled(permit.add_option("--uses", typed.uses, "How many tokens, up to 100"), "NUMBER")->required();
        spelled(permit.add_option("--expires-within", typed.expires_within,
                                  "Each token must expire within this time, up to 90d"),
                "TIME")
            ->capture_default_str();
        spelled(permit.add_option("--for", typed.lasts, "How long the permission lasts, up to 12h"), "TIME")
            ->capture_default_str();
        spelled(
            permit.add_option("--destination", typed.destination, "Where the values are shown: page or none"),
            "page|none")
            ->capture_default_str();
        permit.add_option("--reason", chosen_->reason, "Why; the journal records it");
        id(add("revoke", "Revoke a standing permission", Is::revoke,
               {"revoke per_9d2e", "revoke per_9d2e --json"}),
           "The permission's id, or the beginning of it");
    }

private:
    CLI::App& add(const char* name, const char* description, Is verb, std::array<std::string, 2> examples) {
        for (auto& example : examples) example.insert(0, "tfy-pat-mcp approvals ");
        auto& added = line_.add(above_, {name,
                                         description,
                                         {of_decisions, std::move(examples)},
                                         [chosen = chosen_, verb](Invocation& call) {
                                             chosen->verb = verb;
                                             return run(call, *chosen);
                                         }});
        if (verb != Is::reveal) added.add_flag("--json", chosen_->json, "Print JSON");
        if (identifies(verb))
            spelled(added.add_option("--as", chosen_->as,
                                     "Your enrolled name; you are asked if you leave it out"),
                    "PERSON");
        return added;
    }
    static bool identifies(Is verb) {
        return verb != Is::list && verb != Is::show && verb != Is::watch && verb != Is::permissions;
    }
    void id(CLI::App& verb, const std::string& what, const char* name = "ID") {
        verb.add_option(name, chosen_->id, what)->required();
    }

    CommandLine& line_;
    CLI::App& above_;
    std::shared_ptr<ApprovalsOptions> chosen_ = std::make_shared<ApprovalsOptions>();
};

}  // namespace

void add_approvals(CommandLine& line) {
    ApprovalsVerbs verbs(line);
    verbs.add_requests();
    verbs.add_permissions();
    verbs.add_freezing();
    verbs.add_notifying();
}

}  // namespace tfy::cli
