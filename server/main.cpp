// The command line: which verb, which options, and where each comes from.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>

#include "policy/visible.hpp"
#include "server/app/services.hpp"
#include "server/cli/approvals.hpp"
#include "server/cli/audit.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/help.hpp"
#include "server/cli/option_forms.hpp"
#include "server/cli/redact.hpp"
#include "server/cli/standard_output.hpp"
#include "server/cli/usage.hpp"
#include "server/config/config_file.hpp"
#include "server/config/path_text.hpp"
#include "server/config/settings.hpp"
#include "server/doctor/doctor.hpp"
#include "server/people/terminal_requirements.hpp"
#include "server/sealing/printing.hpp"
#include "server/storage/rules_in_use.hpp"
#include "tools/own_command.hpp"

namespace {

using tfy::config::Options;

/// No core dump, no other process of this user looking in: both could hold a token's value.
void harden() {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    std::signal(SIGPIPE, SIG_IGN);
}

void add_options(CLI::App& app, Options& options) {
    const auto* file = std::getenv("TFY_PAT_MCP_CONFIG");  // the library reads the environment after it
    const bool named = file != nullptr && *file != '\0';
    app.set_config("--config", named ? file : "", "TOML file with settings of the same names", named)
        ->transform(CLI::Validator(
            [](std::string& file) {
                auto path = tfy::config::expand_path(file, "--config");
                if (path) file = std::move(*path);
                return path ? std::string{} : path.error().message;
            },
            ""))
        ->envname("TFY_PAT_MCP_CONFIG");
    app.config_formatter(std::make_shared<tfy::config::ConfigFile>(app));
    app.allow_config_extras(CLI::config_extras_mode::error);
    app.add_flag("--sandbox", options.sandbox,
                 "Use a built-in stand-in with test tokens instead of TrueFoundry")
        ->envname("TFY_PAT_MCP_SANDBOX");
    app.add_option("--sandbox-tokens", options.sandbox_tokens,
                   "The tokens that a new sandbox begins with: one of each sort, or none. A sandbox that was "
                   "started before keeps what it has")
        ->check(CLI::IsMember({"examples", "none"}))
        ->envname("TFY_PAT_MCP_SANDBOX_TOKENS");
    app.add_option("--listen", options.listen, "Address and port to listen at")
        ->envname("TFY_PAT_MCP_LISTEN");
    app.add_option("--state-dir", options.state_dir, "Directory for approvals, journal and keys")
        ->envname("TFY_PAT_MCP_STATE_DIR");
    app.add_option("--policy", options.policy, "Rules file to use instead of the built-in rules")
        ->envname("TFY_PAT_MCP_POLICY");
    app.add_option("--hold", options.hold, "How long a call waits for a decision before it answers 'pending'")
        ->envname("TFY_PAT_MCP_HOLD")
        ->capture_default_str();
    app.add_option("--log-level", options.log_level, "debug, info, warn, error or off")
        ->envname("TFY_PAT_MCP_LOG_LEVEL")
        ->capture_default_str();
    app.add_option("--ca-file", options.ca_file,
                   "PEM file of certificate authorities to trust as well, for TrueFoundry and webhooks")
        ->envname("TFY_PAT_MCP_CA_FILE");
    app.add_option(
           "--public-url", options.public_url,
           "Address at which people and clients reach serve; links begin with it, and its host is accepted")
        ->envname("TFY_PAT_MCP_PUBLIC_URL");
    tfy::cli::takes_list(
        *app.add_option("--allowed-host", options.allowed_hosts, "Host header to accept as well; repeatable")
             ->envname("TFY_PAT_MCP_ALLOWED_HOST"));
    tfy::cli::takes_list(*app.add_option("--allowed-origin", options.allowed_origins,
                                         "Origin header to accept as well; repeatable")
                              ->envname("TFY_PAT_MCP_ALLOWED_ORIGIN"));
    app.add_flag("--open-browser,!--no-open-browser", options.open_browser,
                 "Open the approvals page in a browser if there is a display")
        ->envname("TFY_PAT_MCP_OPEN_BROWSER");
    tfy::cli::trim_values(app);
}

struct Verbs {
    CLI::App* stdio = nullptr;
    CLI::App* serve = nullptr;
    CLI::App* sandbox = nullptr;
    CLI::App* approvals = nullptr;
    CLI::App* audit = nullptr;
    CLI::App* policy = nullptr;
    CLI::App* doctor = nullptr;
    CLI::App* redact = nullptr;
};

struct VerbOptions {
    tfy::cli::ApprovalsOptions approvals;
    tfy::cli::AuditOptions audit;
    tfy::cli::ExplainOptions explain;
    tfy::cli::SandboxOptions sandbox;
    tfy::cli::RedactOptions redact;
    std::string policy_file;
    bool policy_explain = false;
    tfy::doctor::DoctorOptions doctor;
};

void add_approvals(CLI::App& app, Verbs& verbs, VerbOptions& options) {
    using Verb = tfy::cli::ApprovalsOptions::Verb;
    auto& chosen = options.approvals;
    verbs.approvals = app.add_subcommand("approvals", "Decide on requests in this terminal");
    verbs.approvals->require_subcommand(1)->fallthrough();
    const auto* const which = "The request's id, or the beginning of it: apr_k3f9 or k3f9";
    const auto verb = [&](const char* name, const char* help, Verb value) {
        auto* sub = verbs.approvals->add_subcommand(name, help)->fallthrough();
        sub->add_flag("--json", chosen.json, "Print JSON");
        sub->callback([&chosen, value] { chosen.verb = value; });
        return sub;
    };
    verb("list", "List the open requests, oldest first", Verb::list)
        ->add_flag("--all", chosen.all, "Include the closed ones");
    verb("watch", "List the open requests, then print each change", Verb::watch);
    verb("show", "Show a request in full", Verb::show)->add_option("ID", chosen.id, which)->required();
    verb("approve", "Approve a request; asks you to type the token's name", Verb::approve)
        ->add_option("ID", chosen.id, which)
        ->required();
    verb("passphrase", "Set your passphrase, which approve and deny ask for", Verb::passphrase);
    auto* sign_in = verb("sign-in", "Print a one-time code to sign in to the approvals page", Verb::sign_in);
    sign_in->add_option("--as", chosen.person, "Whose code it is");
    sign_in->add_option("--for", chosen.life, "How long the code is valid, up to 24h")->capture_default_str();
    auto* deny = verb("deny", "Deny a request and say why", Verb::deny);
    deny->add_option("ID", chosen.id, which)->required();
    deny->add_option("--reason", chosen.reason,
                     "The agent is told; you are asked for it if you leave it out");
    auto* reveal =
        verbs.approvals->add_subcommand("reveal", "Show a new token's value once, in this terminal")
            ->fallthrough();
    reveal->callback([&chosen] { chosen.verb = Verb::reveal; });
    reveal
        ->add_option("ID", chosen.id,
                     "The approved request's id, or the beginning of it; or the value's, rev_…")
        ->required();
    verb("keep", "Keep the old token of a rotation that has not deleted it yet", Verb::keep)
        ->add_option("ID", chosen.id, "The rotation's id, or the beginning of it")
        ->required();
}

void add_permissions(Verbs& verbs, VerbOptions& options) {
    using Verb = tfy::cli::ApprovalsOptions::Verb;
    auto& chosen = options.approvals;
    const auto verb = [&](const char* name, const char* help, Verb value) {
        auto* sub = verbs.approvals->add_subcommand(name, help)->fallthrough();
        sub->add_flag("--json", chosen.json, "Print JSON");
        sub->callback([&chosen, value] { chosen.verb = value; });
        return sub;
    };
    verb("permissions", "List the standing permissions in force", Verb::permissions);
    auto* permit =
        verb("permit", "Allow some creates in advance; asks you to type their names", Verb::permit);
    auto& typed = chosen.permit;
    permit->add_option("--principal", typed.principal, "Whose calls: stdio:USER or http:loopback")
        ->required();
    permit->add_option("--names", typed.names, "Names of the new tokens, for example 'ci-*'")->required();
    permit->add_option("--uses", typed.uses, "How many tokens, up to 100")->required();
    permit
        ->add_option("--expires-within", typed.expires_within,
                     "Each token must expire within this time, up to 90d")
        ->capture_default_str();
    permit->add_option("--for", typed.lasts, "How long the permission lasts, up to 12h")
        ->capture_default_str();
    permit->add_option("--destination", typed.destination, "Where the values are shown: page or none")
        ->capture_default_str();
    permit->add_option("--reason", chosen.reason, "Recorded in the journal");
    verb("revoke", "Revoke a standing permission", Verb::revoke)
        ->add_option("ID", chosen.id, "The permission's id, or the beginning of it")
        ->required();
}

void add_policy(CLI::App& app, Verbs& verbs, VerbOptions& options) {
    auto& chosen = options.explain;
    verbs.policy = app.add_subcommand("policy", "Check the rules, or ask which one applies")
                       ->require_subcommand(1)
                       ->fallthrough();
    verbs.policy->add_subcommand("check", "Check a rules file and report what is wrong with it")
        ->fallthrough()
        ->add_option("FILE", options.policy_file, "The rules file; without it, the rules of --policy");
    auto* explain =
        verbs.policy
            ->add_subcommand("explain", "Show which rule would apply to a call, and why; nothing runs")
            ->fallthrough();
    explain->callback([&options] { options.policy_explain = true; });
    explain->add_option("TOOL", chosen.tool, "The tool, by its name")->required();
    explain->add_option("JSON", chosen.arguments, "Its arguments; with them, the approval screen is shown");
    explain->add_option("--principal", chosen.principal, "Who calls: stdio:USER (you) or http:loopback");
    explain->add_option("--client", chosen.client, "The client's name, as the client gives it");
    explain->add_option("--name", chosen.name, "The token's name, if the arguments do not give it");
    explain->add_option("--at", chosen.at, "When: 2026-11-23T12:00:00Z");
    explain->add_flag("--json", chosen.json, "Print JSON");
}

void add_sandbox(CLI::App& app, Verbs& verbs, VerbOptions& options) {
    verbs.sandbox =
        app.add_subcommand("sandbox",
                           "Run the stand-in for TrueFoundry alone, over HTTP. Exits with 1 if a client "
                           "sent a request that must never be sent: docs/sandbox.md")
            ->fallthrough();
    auto& account =
        *verbs.sandbox
             ->add_option(
                 "--account", options.sandbox.accounts,
                 "Another account, with its own key and tokens: NAME, or NAME:forbidden for a key that "
                 "may not manage tokens; repeatable")
             ->envname("TFY_PAT_MCP_ACCOUNT");
    tfy::cli::takes_list(account);
    verbs.sandbox
        ->add_option("--access-log", options.sandbox.access_log,
                     "File for one line of JSON about each request")
        ->envname("TFY_PAT_MCP_ACCESS_LOG");
}

void add_redact(CLI::App& app, Verbs& verbs, VerbOptions& options) {
    auto& chosen = options.redact;
    verbs.redact =
        app.add_subcommand("redact", "Remove known tokens from logs and transcripts; all else stays as it is")
            ->fallthrough();
    verbs.redact->add_option("FILE", chosen.files, "Files to read in order; none, or -: standard input");
    auto* check = verbs.redact->add_flag(
        "--check", chosen.check,
        "Only list the tokens found, as FILE:LINE: TECHNIQUE: NAME. Exit code 0: none, 1: some, 2: not "
        "everything could be searched");
    verbs.redact->add_flag("--json", chosen.json, "With --check: print the findings as JSON lines")
        ->needs(check);
    auto* known = verbs.redact->add_flag("--known", chosen.known, "List the names that tokens are known by");
    auto* forget =
        verbs.redact->add_option("--forget", chosen.forget, "Forget what is known by that name; journalled");
    for (auto* each : {known, forget}) each->excludes(check);
    known->excludes(forget);
}

void add_verbs(CLI::App& app, Verbs& verbs, VerbOptions& options) {
    verbs.stdio = app.add_subcommand("stdio", "Run an MCP server on stdin and stdout")->fallthrough();
    verbs.serve =
        app.add_subcommand("serve", "Serve MCP over HTTP at /mcp, and the approvals page at /approvals")
            ->fallthrough();
    add_sandbox(app, verbs, options);
    add_approvals(app, verbs, options);
    add_permissions(verbs, options);
    verbs.audit =
        app.add_subcommand("audit", "Check or print the journal")->require_subcommand(1)->fallthrough();
    verbs.audit->add_subcommand("verify", "Check that the journal is complete and unchanged")
        ->fallthrough()
        ->callback([&options] { options.audit.verb = tfy::cli::AuditOptions::Verb::verify; });
    verbs.audit->add_subcommand("export", "Print the records as JSON lines")
        ->fallthrough()
        ->callback([&options] { options.audit.verb = tfy::cli::AuditOptions::Verb::export_all; });
    add_policy(app, verbs, options);
    verbs.doctor =
        app.add_subcommand("doctor",
                           "Check what is configured and what works, and say what an approval proves here")
            ->fallthrough();
    verbs.doctor->add_flag("--json", options.doctor.json, "Print JSON");
    add_redact(app, verbs, options);
}

int fail(const tfy::Error& error) {
    tfy::sealing::print_error(std::cerr, error.message);
    return tfy::config::exit_code(error);
}

/// Those of the server on this state directory, if this command was given none; unknown if they cannot be
/// read.
std::optional<tfy::policy::Rules> rules_in_use(const std::string& given, const std::filesystem::path& state) {
    auto rules = tfy::config::load_rules(given.empty() ? tfy::storage::rules_file_of_server(state) : given);
    return rules ? std::optional(std::move(*rules)) : std::nullopt;
}

int run_approvals(const Options& options, tfy::cli::ApprovalsOptions& approvals, std::ostream& out) {
    auto state = tfy::config::state_dir(options.state_dir);
    if (!state) return fail(state.error());
    const auto rules = tfy::config::load_rules(options.policy);
    if (!rules) return fail(rules.error());
    approvals.state_dir = std::move(*state);
    approvals.stdin_is_terminal = isatty(STDIN_FILENO) == 1;
    approvals.stdout_is_terminal = isatty(STDOUT_FILENO) == 1;
    approvals.required =
        tfy::people::terminal_requirements(approvals.state_dir, tfy::people::requirements_of(*rules));
    approvals.user = tfy::config::os_user();
    approvals.rules = rules_in_use(options.policy, approvals.state_dir);
    return tfy::cli::run_approvals(approvals, std::cin, out, std::cerr);
}

int run_audit(const Options& options, tfy::cli::AuditOptions& audit, std::ostream& out) {
    auto state = tfy::config::state_dir(options.state_dir);
    if (!state) return fail(state.error());
    audit.state_dir = std::move(*state);
    return tfy::cli::run_audit(audit, out, std::cerr);
}

int run_doctor(const Options& options, tfy::doctor::DoctorOptions& doctor, std::ostream& out) {
    const auto* home = std::getenv("HOME");
    std::error_code ignored;
    doctor.server = options;
    doctor.home = home != nullptr ? home : "";
    doctor.folder = std::filesystem::current_path(ignored);
    return tfy::doctor::run_doctor(doctor, out);
}

int run_redact(const Options& options, const tfy::cli::RedactOptions& redact, std::ostream& out) {
    if (redact.known || !redact.forget.empty())
        return tfy::cli::run_known_tokens(options, redact, out, std::cerr);
    const auto redactor = tfy::cli::known_tokens(options);
    if (!redactor) {
        fail(redactor.error());
        return redact.check ? tfy::cli::check_trouble : 1;
    }
    return tfy::cli::run_redact(**redactor, redact, STDOUT_FILENO, std::cerr);
}

/// Commands that are printed work as they stand, wherever this one found its state directory.
void name_state_dir(const Options& options) {
    const auto chosen = tfy::config::state_dir(options.state_dir);
    const auto usual = tfy::config::state_dir({});
    if (!chosen || options.state_dir.empty()) return;
    const auto absolute = std::filesystem::absolute(*chosen).lexically_normal();
    if (!usual || absolute != usual->lexically_normal()) tfy::tools::commands_name(absolute.string());
}

int run(const Verbs& verbs, Options& options, VerbOptions& verb_options, bool listen_given,
        std::ostream& out) {
    name_state_dir(options);
    if (*verbs.stdio) return tfy::cli::run_stdio(options, std::cerr);
    if (*verbs.serve) return tfy::cli::run_serve(options, out, std::cerr);
    if (*verbs.sandbox) {
        if (!listen_given) options.listen = "127.0.0.1:8790";
        return tfy::cli::run_sandbox(options, verb_options.sandbox, out, std::cerr);
    }
    if (*verbs.approvals) return run_approvals(options, verb_options.approvals, out);
    if (*verbs.redact) return run_redact(options, verb_options.redact, out);
    if (*verbs.audit) return run_audit(options, verb_options.audit, out);
    if (*verbs.doctor) return run_doctor(options, verb_options.doctor, out);
    if (verb_options.policy_explain)
        return tfy::cli::run_policy_explain(options, verb_options.explain, out, std::cerr);
    return tfy::cli::run_policy_check(
        verb_options.policy_file.empty() ? options.policy : verb_options.policy_file, out, std::cerr);
}

int parse_and_run(int argc, char** argv, std::ostream& out) {
    CLI::App app("Access tokens of TrueFoundry for AI agents: a person approves, a value is shown once.",
                 "tfy-pat-mcp");
    app.set_version_flag("--version", "tfy-pat-mcp " TFY_VERSION);
    app.require_subcommand(1);
    if (const auto path = tfy::config::path_of_program(); !path.empty())
        tfy::tools::commands_start(path.string());
    Options options;
    Verbs verbs;
    VerbOptions verb_options;
    add_options(app, options);
    add_verbs(app, verbs, verb_options);
    tfy::cli::format_help(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help, --version
        return app.exit(asked, out, std::cerr);
    } catch (const CLI::ParseError& wrong) {
        std::cerr << tfy::policy::visible(tfy::cli::usage_error(app, wrong));
        return 2;
    }
    verb_options.doctor.settings = tfy::config::settings_of(app, {argv, static_cast<std::size_t>(argc)});
    return run(verbs, options, verb_options, app.count("--listen") > 0, out);
}

}  // namespace

int main(int argc, char** argv) {
    tfy::cli::hold_standard_descriptors();
    harden();
    try {
        tfy::cli::StandardOutput standard_output(STDOUT_FILENO);
        std::ostream out(&standard_output);
        return standard_output.ended(parse_and_run(argc, argv, out), std::cerr);
    } catch (...) {
        // Constant text, and nothing that could throw again: what() could hold anything.
        std::fputs("tfy-pat-mcp: ended by an unforeseen failure.\n", stderr);
        return 1;
    }
}
