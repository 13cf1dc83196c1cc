#include "server/cli/help.hpp"

#include <algorithm>

#include "server/cli/wrapped.hpp"

namespace tfy::cli {
namespace {

using std::string_view;

constexpr std::array<std::pair<string_view, string_view>, 5> variables{{
    {"TFY_BASE_URL", "its address; also TFY_HOST or TFY_API_HOST"},
    {"TFY_API_KEY", "the key"},
    {"TFY_API_KEY_FILE", "a file that contains only the key"},
    {"TFY_API_CONNECT_TIMEOUT", "seconds to connect (10)"},
    {"TFY_API_MAX_TIME", "seconds for one request (30)"},
}};

std::string variable_lines() {
    constexpr std::size_t width = 25;
    std::string text = "TrueFoundry (variables only, also read from .env):\n";
    for (const auto& [name, meaning] : variables)
        text +=
            "  " + std::string(name) + std::string(width - name.size(), ' ') + std::string(meaning) + "\n";
    return text;
}

std::string names_of(const CLI::Option& option) {
    std::string text;
    for (const auto& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
    for (const auto& name : option.get_lnames()) text += (text.empty() ? "--" : ", --") + name;
    return text;
}

/// "--hold TIME", what it is for, its default and its variable.
std::string entry(const CLI::Option& option, string_view otherwise = {}) {
    const auto words = words_of(option, otherwise);
    std::string text = "  " + words.names + (words.value.empty() ? "" : " " + words.value);
    text += "\n      " + wrapped(words.meaning, 6);
    std::string more;
    if (words.required) more = "Required";
    if (!words.usual.empty()) more = "Default: " + words.usual;
    if (!words.variable.empty()) more += (more.empty() ? "Variable: " : ". Variable: ") + words.variable;
    return text + "\n" + (more.empty() ? "" : "      " + wrapped(more, 6) + "\n");
}

std::string entries(const CLI::App& app) {
    std::string text;
    for (const auto* option : own_options(app)) text += entry(*option);
    return text.empty() ? text : "\nOptions:\n" + text;
}

/// Of the program's settings those that the verb reads.
std::string settings(const CLI::App& app, const VerbHelp& help) {
    const auto* root = &app;
    while (root->get_parent() != nullptr) root = root->get_parent();
    const auto listed = " " + std::string(help.settings) + " ";
    std::string text;
    for (const auto* option : own_options(*root)) {
        const auto name = "--" + option->get_lnames().front();
        if (listed.find(" " + name + " ") == std::string::npos) continue;
        const auto own = std::ranges::find(help.defaults, name, [](const auto& each) { return each.first; });
        text += entry(*option, own == help.defaults.end() ? string_view{} : own->second);
    }
    if (listed.find(" --ca-file ") != std::string::npos) text += "\n" + variable_lines();
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

std::array<std::string, 2> program_examples() {
    return {"tfy-pat-mcp serve --sandbox", "tfy-pat-mcp setup claude-code"};
}

}  // namespace

OptionWords words_of(const CLI::Option& option, string_view otherwise) {
    OptionWords words{.names = names_of(option), .variable = option.get_envname()};
    const auto type = option.get_type_name();
    if (option.get_expected_max() > 0) words.value = type.substr(0, type.find(":{"));  // without the choices
    const auto& described = option.get_description();
    const auto end = std::min(described.find('\n'), described.size());
    words.meaning = described.substr(0, end);
    words.usual = option.get_default_str();
    if (words.usual.empty() && end < described.size()) words.usual = described.substr(end + 1);
    if (!otherwise.empty()) words.usual = otherwise;
    words.required = option.get_required();
    return words;
}

std::vector<const CLI::Option*> own_options(const CLI::App& app) {
    return app.get_options([&app](const CLI::Option* option) {
        return option->nonpositional() && !option->get_group().empty() && option != app.get_help_ptr() &&
               option != app.get_version_ptr();
    });
}

std::span<const std::pair<string_view, string_view>> truefoundry_variables() { return variables; }

const VerbHelp* HelpFormatter::of(const CLI::App& verb) const {
    const auto found = verbs_.find(&verb);
    return found == verbs_.end() ? nullptr : &found->second;
}

CLI::Option* spelled(CLI::Option* option, const char* value, const char* otherwise) {
    if (option->get_expected_max() > 0) option->type_name(value);
    // The description is read by entry() alone.
    if (*otherwise != '\0') option->description(option->get_description() + "\n" + otherwise);
    return option;
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const {
    std::string text = wrapped(app->get_description(), 0) + "\n\n" + make_usage(app, std::move(name));
    text += commands(*app) + positionals(*app) + entries(*app);
    const auto* const verb = of(*app);
    text += (verb == nullptr ? "" : settings(*app, *verb)) + "\nExamples:\n";
    for (const auto& example : verb == nullptr ? program_examples() : verb->examples)
        text += "  " + example + "\n";
    if (verb != nullptr) return text;
    return text + "\nHelp on a command: tfy-pat-mcp COMMAND --help\nVersion: tfy-pat-mcp --version\n";
}

}  // namespace tfy::cli
