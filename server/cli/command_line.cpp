#include "server/cli/command_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "policy/near_miss.hpp"
#include "server/cli/settings.hpp"
#include "server/cli/usage.hpp"
#include "server/config/path_text.hpp"
#include "server/config/setting_origins.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

/// Commands that are printed work as they are, wherever this one found its state directory.
void name_state_dir(const config::Options& options) {
    const auto chosen = config::state_dir(options.state_dir);
    const auto usual = config::state_dir({});
    if (!chosen || options.state_dir.empty()) return;
    const auto absolute = std::filesystem::absolute(*chosen).lexically_normal();
    if (!usual || absolute != usual->lexically_normal()) tools::commands_name(absolute.string());
}

/// A sandbox's state is of no use to a server for TrueFoundry, nor the other way round. Absolute, so that
/// commands that are printed name it.
void keep_sandbox_apart(config::Options& options) {
    if (!options.sandbox || !options.state_dir.empty()) return;
    if (auto usual = config::state_dir({})) options.state_dir = config::sandbox_state_dir(*usual).string();
}

/// Of a command line that could not be read.
std::string state_dir_of(std::span<char* const> arguments) {
    constexpr std::string_view option = "--state-dir";
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view each = arguments[i];
        if (each == option && i + 1 < arguments.size()) return arguments[i + 1];
        if (each.starts_with(option) && each.substr(option.size()).starts_with('='))
            return std::string(each.substr(option.size() + 1));
    }
    const auto* variable = std::getenv("TFY_PAT_MCP_STATE_DIR");
    return variable != nullptr ? variable : "";
}

/// Whether one of `words` is in the place of a command that `app` does not have.
bool names_no_command(const CLI::App& app, std::span<const char* const> words) {
    if (words.empty() || words.front()[0] == '-' || app.get_require_subcommand_min() == 0) return false;
    const auto verbs = app.get_subcommands(nullptr);
    const auto verb =
        std::ranges::find_if(verbs, [&](const auto* each) { return each->get_name() == words.front(); });
    return verb == verbs.end() || names_no_command(**verb, words.subspan(1));
}

/// Of the first word that is neither a setting of `app` nor a setting's value.
std::size_t place_of_command(const CLI::App& app, std::span<const char* const> typed) {
    std::size_t at = 1;
    while (at < typed.size() && std::string_view(typed[at]).starts_with("--")) {
        const std::string name(typed[at++]);
        const auto* option = name.find('=') == std::string::npos ? app.get_option_no_throw(name) : nullptr;
        if (option != nullptr && option->get_expected_max() > 0) ++at;
    }
    return std::min(at, typed.size());
}

/// "help COMMAND" is "COMMAND --help"; one that does not exist is left to be refused.
std::vector<const char*> help_as_option(const CLI::App& app, std::span<char* const> arguments) {
    std::vector<const char*> typed(arguments.begin(), arguments.end());
    const auto at = place_of_command(app, typed);
    bool asked = false;
    while (typed.size() > at && std::string_view(typed[at]) == "help") {
        typed.erase(typed.begin() + static_cast<std::ptrdiff_t>(at));
        asked = true;
    }
    if (asked && !names_no_command(app, std::span<const char* const>(typed).subspan(at)))
        typed.push_back("--help");
    return typed;
}

void add_variables(const CLI::App& app, std::vector<std::string>& names) {
    for (const auto* option : app.get_options())
        if (!option->get_envname().empty()) names.push_back(option->get_envname());
    for (const auto* verb : app.get_subcommands(nullptr)) add_variables(*verb, names);
}

/// The variables of the environment that are called as ours are, and set no option of `app` and its verbs.
std::vector<std::string_view> unknown_variables(const CLI::App& app, std::vector<std::string>& known) {
    std::vector<std::string_view> given;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each)
        if (const std::string_view entry = *each; entry.starts_with("TFY_PAT_MCP_"))
            given.push_back(entry.substr(0, entry.find('=')));
    if (given.empty()) return given;
    add_variables(app, known);
    std::erase_if(given, [&](auto name) { return std::ranges::find(known, name) != known.end(); });
    return given;
}

/// A setting that was mistyped in the environment would be left out without a word. Names that are like none
/// of ours are others' business: Kubernetes sets some that begin with a service's name.
std::optional<Error> mistyped_variable(const CLI::App& app) {
    std::vector<std::string> names;
    const auto unknown = unknown_variables(app, names);
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const auto name : unknown)
        if (const auto near = policy::near_miss(name, known))
            return Error{Errc::invalid_params, "The environment sets " + std::string(name) +
                                                   ", which is no setting; did you mean " +
                                                   std::string(*near) + "? Nothing was done."};
    return std::nullopt;
}

bool has_own(const CLI::App& verb, const std::string& name) {
    return std::ranges::any_of(own_options(verb), [&](const CLI::Option* option) {
        return std::ranges::any_of(option->get_lnames(),
                                   [&](const auto& each) { return "--" + each == name; });
    });
}

/// A setting that is typed for one kind of server, and read by the other alone, would be left out without a
/// word. A file and the environment may be for both.
std::optional<Error> typed_for_the_other(const CLI::App& app, const HelpFormatter& help,
                                         std::span<char* const> arguments) {
    const CLI::App& verb = *app.get_subcommands().front();
    const auto& server = verb.get_name();
    const auto* const words = help.of(verb);
    if (words == nullptr || (server != "stdio" && server != "serve")) return std::nullopt;
    const std::string other = server == "stdio" ? "serve" : "stdio";
    const auto read = " " + std::string(words->settings) + " ";
    for (const auto& setting : config::settings_of(app, arguments)) {
        if (setting.from != "flag" || has_own(verb, setting.name)) continue;
        if (read.find(" " + setting.name + " ") != std::string::npos) continue;
        return Error{Errc::invalid_params,
                     setting.name + " is a setting of " + other + ", and " + server +
                         " does not read it. Nothing was started. Leave it out, or start " + other +
                         " instead."};
    }
    return std::nullopt;
}

}  // namespace

int Invocation::fail(const Error& error) const { return console.fail(err, error); }

CommandLine::CommandLine()
    : app_("Access tokens of TrueFoundry for AI agents: a person approves, a value is shown once.",
           "tfy-pat-mcp") {
    app_.set_version_flag("--version", "tfy-pat-mcp " TFY_VERSION);
    app_.require_subcommand(1);
    app_.formatter(help_);
    add_settings(app_, options_);
}

bool CommandLine::lacks_a_variable() const {
    std::vector<std::string> names;
    return !unknown_variables(app_, names).empty();
}

CLI::App& CommandLine::add(CLI::App& parent, VerbDefinition verb) {
    auto& added = *parent.add_subcommand(verb.name, verb.description)->fallthrough();
    added.formatter(help_);
    help_->tell(added, std::move(verb.help));
    if (verb.run)
        added.callback([this, run = std::move(verb.run)] { chosen_ = run; });
    else
        added.require_subcommand(1);
    return added;
}

std::optional<int> CommandLine::parse(std::span<char* const> arguments, std::ostream& out,
                                      std::ostream& err) {
    const auto typed = help_as_option(app_, arguments);
    try {
        app_.parse(static_cast<int>(typed.size()), typed.data());
    } catch (const CLI::Success& asked) {  // --help, --version
        return app_.exit(asked, out, err);
    } catch (const CLI::ParseError& wrong) {
        if (rest_) rest_(*this);
        app::Console(state_dir_of(arguments)).say(err, usage_error(app_, wrong, arguments));
        return 2;
    }
    return std::nullopt;
}

int CommandLine::run(std::span<char* const> arguments, std::istream& in, std::ostream& out,
                     std::ostream& err) {
    if (const auto path = config::path_of_program(); !path.empty()) tools::commands_start(path.string());
    if (const auto over = parse(arguments, out, err)) return *over;
    if (const auto mistyped = mistyped_variable(app_))
        return app::Console(options_.state_dir).fail(err, *mistyped);
    if (const auto other = typed_for_the_other(app_, *help_, arguments))
        return app::Console(options_.state_dir).fail(err, *other);
    // `setup` writes down what was given; the server that it starts does the same as this.
    if (app_.get_subcommands().front()->get_name() != "setup") keep_sandbox_apart(options_);
    name_state_dir(options_);
    const app::Console console(options_.state_dir);
    Invocation call{app_, arguments, options_, in, out, err, console};
    return chosen_(call);
}

}  // namespace tfy::cli
