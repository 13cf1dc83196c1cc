#include "server/cli/help.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "server/cli/wrapped.hpp"
#include "tools/access_tokens/names.hpp"

namespace tfy::cli {
namespace {

using std::string_view;

struct VerbHelp {
    string_view verb;                     // "approvals list"
    string_view settings;                 // of the program that it reads, a space between them
    std::array<string_view, 2> examples;  // @create and @delete: the names of those tools
    bool reaches_truefoundry = false;
};

constexpr string_view of_serve =
    "--listen --sandbox --sandbox-tokens --hold --policy --state-dir --public-url --allowed-host "
    "--allowed-origin --ca-file --log-level --config";
constexpr string_view of_stdio =
    "--open-browser --sandbox --sandbox-tokens --hold --policy --state-dir --public-url --ca-file "
    "--log-level "
    "--config";
constexpr string_view of_doctor =
    "--listen --open-browser --sandbox --sandbox-tokens --hold --policy --state-dir --public-url "
    "--allowed-host --allowed-origin --ca-file --log-level --config";
constexpr string_view of_decisions = "--state-dir --policy --config";
constexpr string_view of_state = "--state-dir --config";

constexpr std::array verbs{
    VerbHelp{"stdio",
             of_stdio,
             {"tfy-pat-mcp stdio --sandbox", "tfy-pat-mcp stdio --no-open-browser --hold 20s"},
             true},
    VerbHelp{"serve",
             of_serve,
             {"tfy-pat-mcp serve --sandbox",
              "tfy-pat-mcp serve --listen 0.0.0.0:8780 --public-url https://tfy.example.com"},
             true},
    VerbHelp{"sandbox",
             "--listen --sandbox-tokens --allowed-host --state-dir --config",
             {"tfy-pat-mcp sandbox --sandbox-tokens examples",
              "tfy-pat-mcp sandbox --account alice --access-log access.log"}},
    VerbHelp{
        "approvals", of_decisions, {"tfy-pat-mcp approvals list", "tfy-pat-mcp approvals approve apr_k3f9"}},
    VerbHelp{"approvals list",
             of_decisions,
             {"tfy-pat-mcp approvals list", "tfy-pat-mcp approvals list --all --json"}},
    VerbHelp{"approvals watch",
             of_decisions,
             {"tfy-pat-mcp approvals watch", "tfy-pat-mcp approvals watch --json"}},
    VerbHelp{"approvals show",
             of_decisions,
             {"tfy-pat-mcp approvals show apr_k3f9", "tfy-pat-mcp approvals show k3f9 --json"}},
    VerbHelp{"approvals approve",
             of_decisions,
             {"tfy-pat-mcp approvals approve apr_k3f9", "tfy-pat-mcp approvals approve k3f9 --json"}},
    VerbHelp{"approvals deny",
             of_decisions,
             {"tfy-pat-mcp approvals deny apr_k3f9",
              "tfy-pat-mcp approvals deny apr_k3f9 --reason \"ci-runner is still in use\""}},
    VerbHelp{"approvals reveal",
             of_decisions,
             {"tfy-pat-mcp approvals reveal apr_k3f9", "tfy-pat-mcp approvals reveal k3f9"}},
    VerbHelp{"approvals passphrase",
             of_decisions,
             {"tfy-pat-mcp approvals passphrase",
              "tfy-pat-mcp approvals passphrase --state-dir /var/lib/tfy-pat-mcp"}},
    VerbHelp{"approvals sign-in",
             of_decisions,
             {"tfy-pat-mcp approvals sign-in", "tfy-pat-mcp approvals sign-in --as grace --for 1h"}},
    VerbHelp{"approvals keep",
             of_decisions,
             {"tfy-pat-mcp approvals keep rot_x81c", "tfy-pat-mcp approvals keep rot_x81c --json"}},
    VerbHelp{"approvals permissions",
             of_decisions,
             {"tfy-pat-mcp approvals permissions", "tfy-pat-mcp approvals permissions --json"}},
    VerbHelp{"approvals permit",
             of_decisions,
             {"tfy-pat-mcp approvals permit --principal stdio:ada --names 'ci-*' --uses 9",
              "tfy-pat-mcp approvals permit --principal stdio:ada --names 'tmp-*' --for 2h"}},
    VerbHelp{"approvals revoke",
             of_decisions,
             {"tfy-pat-mcp approvals revoke per_9d2e", "tfy-pat-mcp approvals revoke per_9d2e --json"}},
    VerbHelp{"audit", of_state, {"tfy-pat-mcp audit verify", "tfy-pat-mcp audit export > journal.jsonl"}},
    VerbHelp{"audit verify",
             of_state,
             {"tfy-pat-mcp audit verify", "tfy-pat-mcp audit verify --state-dir /var/lib/tfy-pat-mcp"}},
    VerbHelp{"audit export",
             of_state,
             {"tfy-pat-mcp audit export > journal.jsonl", "tfy-pat-mcp audit export | jq .kind"}},
    VerbHelp{"policy",
             "--policy --config",
             {"tfy-pat-mcp policy check policy.toml", "tfy-pat-mcp policy explain @delete --name ci-runner"}},
    VerbHelp{"policy check",
             "--policy --config",
             {"tfy-pat-mcp policy check policy.toml", "tfy-pat-mcp policy check"}},
    VerbHelp{"policy explain",
             "--policy --sandbox --state-dir --config",
             {"tfy-pat-mcp policy explain @delete --name ci-runner",
              "tfy-pat-mcp policy explain @create --principal http:loopback"}},
    VerbHelp{"doctor", of_doctor, {"tfy-pat-mcp doctor", "tfy-pat-mcp doctor --sandbox --json"}, true},
    VerbHelp{"redact",
             of_state,
             {"tfy-pat-mcp redact < session.log > clean.log", "tfy-pat-mcp redact --check *.log"}},
};

struct Spelling {
    string_view option;
    string_view value;
    string_view otherwise = {};  // the default, where the option itself does not say it
};

constexpr std::array spellings{
    Spelling{"--config", "FILE", "none"},
    Spelling{"--sandbox", "", "off"},
    Spelling{"--sandbox-tokens", "examples|none", "examples"},
    Spelling{"--listen", "ADDRESS:PORT", "127.0.0.1:8780"},
    Spelling{"--state-dir", "DIR", "$XDG_STATE_HOME/tfy-pat-mcp, else ~/.local/state/tfy-pat-mcp"},
    Spelling{"--policy", "FILE", "the built-in rules"},
    Spelling{"--hold", "TIME"},
    Spelling{"--log-level", "LEVEL"},
    Spelling{"--ca-file", "FILE", "none"},
    Spelling{"--public-url", "URL", "where the page listens"},
    Spelling{"--allowed-host", "HOST", "this machine's names"},
    Spelling{"--allowed-origin", "ORIGIN", "the server's own"},
    Spelling{"--open-browser", "", "on"},
    Spelling{"--as", "PERSON", "you"},
    Spelling{"--for", "TIME"},
    Spelling{"--reason", "TEXT"},
    Spelling{"--principal", "NAME"},
    Spelling{"--names", "PATTERN"},
    Spelling{"--uses", "NUMBER"},
    Spelling{"--expires-within", "TIME"},
    Spelling{"--destination", "page|none"},
    Spelling{"--account", "NAME", "none"},
    Spelling{"--access-log", "FILE", "standard output"},
    Spelling{"--client", "NAME"},
    Spelling{"--name", "NAME"},
    Spelling{"--at", "TIME", "now"},
};

constexpr std::array of_the_sandbox_alone{
    Spelling{"--listen", "ADDRESS:PORT", "127.0.0.1:8790"},
    Spelling{"--sandbox-tokens", "examples|none", "none"},
};

constexpr string_view truefoundry_variables =
    "TrueFoundry (variables only, also read from .env):\n"
    "  TFY_BASE_URL             its address; also TFY_HOST or TFY_API_HOST\n"
    "  TFY_API_KEY              the key\n"
    "  TFY_API_KEY_FILE         a file that contains only the key\n"
    "  TFY_API_CONNECT_TIMEOUT  seconds to connect (10)\n"
    "  TFY_API_MAX_TIME         seconds for one request (30)\n";

std::string path_of(const CLI::App& app) {
    const auto* parent = app.get_parent();
    if (parent == nullptr) return {};
    const auto above = path_of(*parent);
    return above.empty() ? app.get_name() : above + " " + app.get_name();
}

const VerbHelp* help_of(string_view path) {
    const auto* const found = std::ranges::find(verbs, path, &VerbHelp::verb);
    return found == verbs.end() ? nullptr : found;
}

const Spelling* spelling_of(string_view verb, string_view option) {
    const auto in = [option](std::span<const Spelling> table) -> const Spelling* {
        const auto found = std::ranges::find(table, option, &Spelling::option);
        return found == table.end() ? nullptr : &*found;
    };
    if (verb == "sandbox")
        if (const auto* own = in(of_the_sandbox_alone)) return own;
    return in(spellings);
}

std::string names_of(const CLI::Option& option) {
    std::string text;
    for (const auto& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
    for (const auto& name : option.get_lnames()) text += (text.empty() ? "--" : ", --") + name;
    return text;
}

/// "--hold TIME", what it is for, its default and its variable.
std::string entry(string_view verb, const CLI::Option& option) {
    const auto& names = option.get_lnames();
    const auto* known = spelling_of(verb, names.empty() ? std::string{} : "--" + names.front());
    std::string text = "  " + names_of(option);
    if (option.get_expected_max() > 0)
        text += " " + std::string(known != nullptr ? known->value : string_view("TEXT"));
    text += "\n      " + wrapped(option.get_description(), 6);
    auto otherwise = option.get_default_str();
    if (otherwise.empty() && known != nullptr) otherwise = known->otherwise;
    std::string more;
    if (option.get_required()) more = "Required";
    if (!otherwise.empty()) more = "Default: " + otherwise;
    if (!option.get_envname().empty())
        more += (more.empty() ? "Variable: " : ". Variable: ") + option.get_envname();
    return text + "\n" + (more.empty() ? "" : "      " + wrapped(more, 6) + "\n");
}

std::vector<const CLI::Option*> own_options(const CLI::App& app) {
    return app.get_options([&app](const CLI::Option* option) {
        return option->nonpositional() && option != app.get_help_ptr() && option != app.get_version_ptr();
    });
}

std::string entries(const CLI::App& app) {
    std::string text;
    for (const auto* option : own_options(app)) text += entry(path_of(app), *option);
    return text.empty() ? text : "\nOptions:\n" + text;
}

std::string settings(const CLI::App& app, const VerbHelp* help) {
    const auto* root = &app;
    while (root->get_parent() != nullptr) root = root->get_parent();
    std::string text;
    if (root == &app || help == nullptr) return text;
    const auto listed = " " + std::string(help->settings) + " ";
    for (const auto* option : own_options(*root))
        if (listed.find(" --" + option->get_lnames().front() + " ") != std::string::npos)
            text += entry(help->verb, *option);
    return text.empty() ? text : "\nSettings:\n" + text;
}

std::string positionals(const CLI::App& app) {
    std::string text;
    for (const auto* each :
         app.get_options([](const CLI::Option* option) { return option->get_positional(); }))
        text += "  " + each->get_name(true, false) + "\n      " + wrapped(each->get_description(), 6) + "\n";
    return text.empty() ? text : "\nArguments:\n" + text;
}

std::string commands(const CLI::App& app) {
    std::string text;
    constexpr std::size_t width = 13;
    for (const auto* each : app.get_subcommands({})) {
        auto name = each->get_name();
        name.resize(std::max(name.size() + 1, width), ' ');
        text += "  " + name + wrapped(each->get_description(), width + 2) + "\n";
    }
    return text.empty() ? text : "\nCommands:\n" + text;
}

std::string with_tool_names(std::string_view example) {
    std::string text(example);
    for (const auto& [mark, tool] :
         {std::pair("@create", access_tokens::create_tool), std::pair("@delete", access_tokens::delete_tool)})
        if (const auto at = text.find(mark); at != text.npos)
            text.replace(at, string_view(mark).size(), tool);
    return text;
}

std::string examples(const VerbHelp* help) {
    if (help == nullptr) return {};
    std::string text = "\nExamples:\n";
    for (const auto example : help->examples) text += "  " + with_tool_names(example) + "\n";
    return text;
}

class HelpFormatter final : public CLI::Formatter {
public:
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override {
        const auto* help = help_of(path_of(*app));
        std::string text = wrapped(app->get_description(), 0) + "\n\n" + make_usage(app, std::move(name));
        text += commands(*app) + positionals(*app) + entries(*app) + settings(*app, help);
        if (help != nullptr && help->reaches_truefoundry) text += "\n" + std::string(truefoundry_variables);
        if (app->get_parent() == nullptr)
            text += "\nHelp on a command: tfy-pat-mcp COMMAND --help\nVersion: tfy-pat-mcp --version\n";
        return text + examples(help);
    }
};

void format_below(CLI::App& app, const std::shared_ptr<HelpFormatter>& formatter) {
    app.formatter(formatter);
    for (auto* verb : app.get_subcommands({})) format_below(*verb, formatter);
}

}  // namespace

void format_help(CLI::App& app) { format_below(app, std::make_shared<HelpFormatter>()); }

}  // namespace tfy::cli
