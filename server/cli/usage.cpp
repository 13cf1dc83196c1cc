#include "server/cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>

#include "policy/near_miss.hpp"
#include "server/config/option_words.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

/// The innermost of the verbs that were typed.
const CLI::App& chosen(const CLI::App& app) {
    const auto verbs = app.get_subcommands();
    return verbs.empty() ? app : chosen(*verbs.back());
}

/// "tfy-pat-mcp approvals".
std::string typed_so_far(const CLI::App& app) {
    const auto* parent = app.get_parent();
    return parent == nullptr ? tools::own_program() : typed_so_far(*parent) + " " + app.get_name();
}

std::string suggestion(std::string_view typed, const std::vector<std::string>& names) {
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto near = policy::near_miss(typed, known);
    return near ? " Did you mean " + std::string(*near) + "?" : "";
}

/// The options of the verbs that were typed, with their dashes.
std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto* verb : app.get_subcommands())
        for (auto& name : option_names(*verb)) names.push_back(std::move(name));
    return names;
}

/// What other programs call what is called otherwise here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> usual_words = {{
    {"init", "setup"},
    {"install", "setup"},
    {"logout", "login --forget"},
    {"run", "serve"},
    {"start", "serve"},
    {"status", "doctor"},
    {"version", "--version"},
}};

/// An abbreviation stands for the first verb that begins so.
std::string verb_suggestion(const CLI::App& at, std::string_view typed) {
    const auto usual =
        std::ranges::find(usual_words, typed, &std::pair<std::string_view, std::string_view>::first);
    if (usual != usual_words.end() && at.get_parent() == nullptr)
        return " Did you mean " + std::string(usual->second) + "?";
    std::vector<std::string> names;
    for (const auto* verb : at.get_subcommands(nullptr)) names.push_back(verb->get_name());
    const auto beginning = std::ranges::find_if(
        names, [typed](const std::string& name) { return typed.size() > 2 && name.starts_with(typed); });
    if (beginning != names.end()) return " Did you mean " + *beginning + "?";
    return suggestion(typed, names);
}

bool is_option(std::string_view text) { return text.size() > 1 && text.starts_with('-'); }

std::string unknown_option(const CLI::App& app, std::string_view extra) {
    auto name = extra.substr(0, extra.find('='));
    if (!name.starts_with("--")) name = name.substr(0, 2);
    return "Unknown option: " + config::option_in_words(name) + "." + suggestion(name, option_names(app)) +
           "\n";
}

bool is_a_verb(const CLI::App& app, std::string_view word) {
    return std::ranges::any_of(app.get_subcommands(nullptr), [word](const auto* verb) {
        return verb->get_name() == word || is_a_verb(*verb, word);
    });
}

/// A word that could be an option's, but for the dashes, is shown; all else could be a secret. Another
/// command's verb was not meant as an option, unless there is one of that name.
std::string unexpected_argument(const CLI::App& app, std::string_view extra) {
    if (!config::is_like_a_name(extra)) return "Unexpected argument (not shown: it may be a secret).\n";
    const auto option = "--" + std::string(extra);
    const auto names = option_names(app);
    const bool verb = is_a_verb(app, extra) && std::ranges::find(names, option) == names.end();
    const auto near = extra.size() > 3 && !verb ? suggestion(option, names) : "";
    return "Unexpected argument: " + std::string(extra) + "." + near + "\n";
}

/// Options are named without what is behind "="; of "-kVALUE" the letter. What follows an unknown option
/// may be its value, and is left out.
std::string about_extras(const CLI::App& app) {
    std::string text;
    bool after_option = false;
    for (const auto& each : app.remaining(true)) {
        if (is_option(each))
            text += unknown_option(app, each);
        else if (!after_option)
            text += unexpected_argument(app, each);
        after_option = is_option(each);
    }
    return text;
}

std::string about_missing_verb(const CLI::App& app) {
    const auto& at = chosen(app);
    const auto extras = app.remaining(true);
    if (extras.empty()) return "Which command?\n";
    const auto& first = extras.front();
    if (is_option(first)) return about_extras(app);
    if (!config::is_like_a_name(first)) return "Unknown command (not shown: it may be a secret).\n";
    return "Unknown command: " + first + "." + verb_suggestion(at, first) + "\n";
}

const CLI::Option* find_option(const CLI::App& app, const std::string& name) {
    if (const auto* found = app.get_option_no_throw(name)) return found;
    for (const auto* verb : app.get_subcommands())
        if (const auto* found = find_option(*verb, name)) return found;
    return nullptr;
}

/// "a,b,c" as "a, b or c".
std::string listed_choices(std::string_view names) {
    std::string text;
    for (const char c : names)
        if (c == ',')
            text += ", ";
        else
            text += c;
    if (const auto last = text.rfind(", "); last != std::string::npos) text.replace(last, 2, " or ");
    return text;
}

/// The variable that a value comes from; empty if it was typed, or is in a file.
std::string place_of_value(const CLI::Option& option, const Typed& typed) {
    const auto name = option.get_name();
    const auto gives = [&](std::string_view word) {
        return word == name || (word.starts_with(name) && word.substr(name.size()).starts_with('='));
    };
    const auto* value = option.get_envname().empty() ? nullptr : std::getenv(option.get_envname().c_str());
    if (value == nullptr || *value == '\0' || std::ranges::any_of(typed, gives)) return {};
    return ", from " + option.get_envname() + " in the environment";
}

/// By the option's name alone: what was typed may be a secret.
std::string invalid_value(const CLI::App& app, const std::string& name, const Typed& typed) {
    const auto* option = find_option(app, name);
    const auto type = option == nullptr ? std::string{} : option->get_type_name();
    const auto choices = type.find('{');
    std::string use;
    if (option != nullptr && option->get_expected_max() == 0) use = ": use true or false";
    const auto named =
        choices == std::string::npos ? std::string{} : type.substr(choices + 1, type.find('}') - choices - 1);
    if (type.starts_with("NUMBER"))
        use = ": use a whole number" + (named.empty() ? "" : " from " + named);
    else if (!named.empty())
        use = ": use " + listed_choices(named);
    return "Invalid value for " + (name.empty() ? "an option" : name) +
           (option == nullptr ? "" : place_of_value(*option, typed)) + use + ".";
}

/// What the library says, up to where it repeats a value.
std::string without_value(const CLI::App& app, const CLI::ParseError& wrong, const Typed& typed) {
    const std::string said = wrong.what();
    constexpr std::string_view conversion = "Could not convert: ", flag = "The value ";
    if (said.starts_with(conversion))
        return invalid_value(app, said.substr(conversion.size(), said.find(" = ") - conversion.size()),
                             typed);
    if (said.starts_with(flag)) {
        const auto name = said.rfind(" for ");
        return invalid_value(app, name == std::string::npos ? "" : said.substr(name + 5), typed);
    }
    // Its one check is our own, which repeats no value.
    constexpr std::string_view config_file = "--config: ";
    if (said.starts_with(config_file)) return said.substr(config_file.size());
    if (said.ends_with(no_value))
        return said.substr(0, said.find(':')) + " has an empty value. Give one, or leave the option out.";
    if (dynamic_cast<const CLI::ValidationError*>(&wrong) != nullptr)
        return invalid_value(app, said.substr(0, said.find(':')), typed);
    return said + (said.ends_with('.') ? "" : ".");
}

std::string missing_value(const CLI::App& app, const std::string& said) {
    const auto name = said.substr(0, said.find(": "));
    const auto* option = find_option(app, name);
    const auto example = option == nullptr ? std::string{} : option->get_default_str();
    return name + " needs a value" + (example.empty() ? "." : ", for example " + example + ".") + "\n";
}

/// "--hold: At Most 1 required but received 2", in our words; empty for anything else.
std::string given_twice(const CLI::ParseError& wrong) {
    const std::string said = wrong.what();
    const auto at = said.find(": At Most 1 required but received ");
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&wrong) == nullptr || at == std::string::npos) return {};
    return said.substr(0, at) + (said.ends_with(" 2") ? " is given twice.\n" : " is given more than once.\n");
}

/// The option's name in "PAGE is required".
std::string without_end(std::string_view said) {
    return std::string(said.substr(0, said.find(" is required")));
}

std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& wrong, const Typed& typed) {
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&wrong) != nullptr &&
        std::string_view(wrong.what()).ends_with(" missing"))
        return missing_value(app, wrong.what());
    if (const auto twice = given_twice(wrong); !twice.empty()) return twice;
    if (dynamic_cast<const CLI::ExtrasError*>(&wrong) != nullptr) return about_extras(app);
    if (dynamic_cast<const CLI::ConfigError*>(&wrong) != nullptr) {
        const std::string said = wrong.what();
        return app.get_config_ptr()->as<std::string>() + " " + said + (said.ends_with('?') ? "" : ".") +
               " Nothing was started.\n";
    }
    if (dynamic_cast<const CLI::FileError*>(&wrong) != nullptr)
        return "Cannot read the file of --config, " + app.get_config_ptr()->as<std::string>() +
               ". Nothing was started. Check its name and permissions.\n";
    if (std::string_view(wrong.what()) == "A subcommand is required") return about_missing_verb(app);
    if (const auto* missing = dynamic_cast<const CLI::RequiredError*>(&wrong); missing != nullptr)
        if (const auto* option = find_option(app, without_end(wrong.what()))) {
            const auto type = option->get_type_name();
            if (const auto choices = type.find('{'); choices != std::string::npos)
                return "Which " + without_end(wrong.what()) + "? One of " +
                       listed_choices(type.substr(choices + 1, type.find('}') - choices - 1)) + ".\n";
        }
    return without_value(app, wrong, typed) + "\n";
}

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& wrong, const Typed& typed) {
    return "tfy-pat-mcp: " + what_is_wrong(app, wrong, typed) + "Help: " + typed_so_far(chosen(app)) +
           " --help\n";
}

}  // namespace tfy::cli
