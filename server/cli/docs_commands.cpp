#include "server/cli/docs_commands.hpp"

#include <algorithm>
#include <ranges>

#include "server/cli/markdown.hpp"

namespace tfy::cli {
namespace {

std::string in_code(std::string_view text) { return text.empty() ? "" : "`" + std::string(text) + "`"; }

/// As a sentence of its own.
std::string sentence(std::string text) {
    if (!text.empty() && !text.ends_with('.')) text += '.';
    return text;
}

std::string anchor(std::string name) {
    std::ranges::replace(name, ' ', '-');
    return name;
}

/// "approvals show" and its definition, those below a verb right after it.
void collect(const CLI::App& app, const std::string& before,
             std::vector<std::pair<std::string, const CLI::App*>>& verbs) {
    for (const auto* each : app.get_subcommands({})) {
        const auto name = before + each->get_name();
        verbs.emplace_back(name, each);
        collect(*each, name + " ", verbs);
    }
}

std::string arguments_of(const CLI::App& app) {
    std::string rows;
    for (const auto* each :
         app.get_options([](const CLI::Option* option) { return option->get_positional(); })) {
        const auto needed = each->get_required() ? " Required." : "";
        rows += table_row({in_code(each->get_name(true, false)), sentence(each->get_description()) + needed});
    }
    for (const auto* each : own_options(app)) {
        const auto words = words_of(*each);
        std::string meaning = sentence(words.meaning);
        if (words.required) meaning += " Required.";
        if (!words.usual.empty()) meaning += " Default: " + words.usual + ".";
        rows += table_row({in_code(words.names + (words.value.empty() ? "" : " " + words.value)), meaning});
    }
    return rows.empty() ? rows : "\n| argument | meaning |\n|---|---|\n" + rows;
}

std::string settings_of(const VerbHelp& help) {
    std::string text;
    for (const auto part : help.settings | std::views::split(' '))
        if (!std::ranges::empty(part))
            text += (text.empty() ? "" : ", ") + in_code(std::string_view(part.begin(), part.end()));
    return text.empty() ? text : "\nReads the [settings](configuration.md) " + text + ".\n";
}

}  // namespace

std::string commands_page(const CLI::App& program, const HelpFormatter& help) {
    std::vector<std::pair<std::string, const CLI::App*>> verbs;
    collect(program, "", verbs);
    std::string text = page_head("Commands, one by one", "commands",
                                 "What holds for all of them: [commands.md](../commands.md).");
    text += "\n| command | what it does |\n|---|---|\n";
    for (const auto& [name, app] : verbs)
        text += table_row({"[" + name + "](#" + anchor(name) + ")", app->get_description()});
    for (const auto& [name, app] : verbs) {
        text += "\n## " + name + "\n" + sentence(app->get_description()) + "\n" + arguments_of(*app);
        const auto* const more = help.of(*app);
        if (more == nullptr) continue;
        text += settings_of(*more) + "\n```\n";
        for (const auto& example : more->examples) text += example + "\n";
        text += "```\n";
    }
    return text;
}

std::string configuration_page(const CLI::App& program) {
    auto text = page_head("Settings, one by one", "configuration",
                          "How they are read: [configuration.md](../configuration.md).");
    text += "\n| flag | variable | default | meaning |\n|---|---|---|---|\n";
    for (const auto* each : own_options(program)) {
        const auto words = words_of(*each);
        text += table_row({in_code(words.names + (words.value.empty() ? "" : " " + words.value)),
                           in_code(words.variable), words.usual, sentence(words.meaning)});
    }
    text += "\n## TrueFoundry\nThese have no flag: other users can see command lines.\n\n";
    text += "| variable | meaning |\n|---|---|\n";
    for (const auto& [name, meaning] : truefoundry_variables()) text += table_row({in_code(name), meaning});
    return text;
}

}  // namespace tfy::cli
