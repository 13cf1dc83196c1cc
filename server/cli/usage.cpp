#include "server/cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "policy/near_miss.hpp"
#include "policy/redaction/redactor.hpp"

namespace tfy::server {
namespace {

/// Words of small letters with hyphens between them, as options are named; keys and tokens are not.
bool is_like_a_name(std::string_view text) {
    constexpr std::size_t longest = 24;
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; };
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, plain);
}

/// The chosen verb and its verb in turn: its options are what could have been meant.
void gather_names(const CLI::App& app, std::vector<std::string>& names) {
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto* verb : app.get_subcommands()) gather_names(*verb, names);
}

std::string suggestion(const CLI::App& app, std::string_view name) {
    std::vector<std::string> names;
    gather_names(app, names);
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto near = policy::near_miss(name, known);
    return near ? "; did you mean " + std::string(*near) + "?" : ".";
}

/// Of what was left over only options are named, without what stands behind "="; of "-kVALUE" the letter.
std::string about_extras(const CLI::App& app) {
    std::string text;
    bool others = false;
    for (const auto& each : app.remaining(true)) {
        auto name = each.substr(0, each.find('='));
        if (name.starts_with('-') && !name.starts_with("--")) name = name.substr(0, 2);
        if (name.size() > 1 && name.starts_with('-'))
            text += "There is no option " + option_in_words(name) + suggestion(app, name) + "\n";
        else
            others = true;
    }
    if (others)
        text += text.empty() ? "There is an argument too many. It is not shown: it may be a secret.\n"
                             : "What stands behind it is not shown: it may be a secret.\n";
    return text;
}

/// What the library says, up to where it repeats a value.
std::string without_value(std::string said) {
    if (const auto equals = said.find(" = "); said.starts_with("Could not convert: "))
        return "The value of " + said.substr(19, equals == std::string::npos ? equals : equals - 19) +
               " is none that it can have.";
    if (said.starts_with("The value ")) {
        const auto name = said.rfind(" for ");
        return "The value of " + (name == std::string::npos ? "an option" : said.substr(name + 5)) +
               " is none that it can have.";
    }
    return said + (said.ends_with('.') ? "" : ".");
}

std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& wrong) {
    if (dynamic_cast<const CLI::ExtrasError*>(&wrong) != nullptr) return about_extras(app);
    if (dynamic_cast<const CLI::ConfigError*>(&wrong) != nullptr)
        return app.get_config_ptr()->as<std::string>() + " " + wrong.what() + "\n";
    if (dynamic_cast<const CLI::FileError*>(&wrong) != nullptr)
        return "The file of --config, " + app.get_config_ptr()->as<std::string>() +
               ", cannot be read. Check its name and rights.\n";
    const std::string said = wrong.what();
    if (said == "A subcommand is required") return "Which command? --help lists them.\n";
    return without_value(said) + "\n";
}

}  // namespace

std::string option_in_words(std::string_view typed) {
    const auto dashes = std::min(typed.find_first_not_of('-'), typed.size());
    const auto name = typed.substr(dashes);
    const bool letter = name.size() == 1;
    return letter || is_like_a_name(name) ? "'" + std::string(typed) + "'"
                                          : "(not shown: it looks like no option)";
}

std::string usage_error(const CLI::App& app, const CLI::ParseError& wrong) {
    const auto text = "tfy-pat-mcp: " + what_is_wrong(app, wrong) + "Run with --help for more information.\n";
    return std::string(policy::Redactor({}, {}).seal_text(text).text());
}

}  // namespace tfy::server
