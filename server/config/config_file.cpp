#include "server/config/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>

#include "policy/near_miss.hpp"
#include "policy/toml_values.hpp"
#include "server/config/option_words.hpp"

namespace tfy::config {
namespace {

[[noreturn]] void refuse(const toml::source_region& where, const std::string& what) {
    throw CLI::ConfigError("line " + std::to_string(where.begin.line) + ": " + what,
                           CLI::ExitCodes::ConfigError);
}

std::string quoted(std::string_view key) {
    auto words = option_in_words(key);
    return words == key ? "'" + words + "'" : words;
}

/// Text, whole numbers, true and false are written as on a command line; nothing else can be.
std::string value_of(const toml::key& key, const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    refuse(node.source(), "the value of " + quoted(key.str()) +
                              " must be a text in quotes, a whole number, true or false, or a list of them");
}

std::vector<std::string> values_of(const toml::key& key, const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr) return {value_of(key, node)};
    std::vector<std::string> values;
    for (const auto& each : *list) values.push_back(value_of(key, each));
    return values;
}

bool is_in_environment(const CLI::Option& option) {
    const auto* value = option.get_envname().empty() ? nullptr : std::getenv(option.get_envname().c_str());
    return value != nullptr && *value != '\0';
}

std::vector<std::string> names_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options())
        if (option->get_configurable() && !option->get_lnames().empty())
            names.push_back(option->get_lnames().front());
    return names;
}

bool has_setting(const CLI::App& app, std::string_view name) {
    const auto names = names_of(app);
    return std::ranges::find(names, name) != names.end();
}

std::string suggested(std::string_view key, const std::vector<std::string>& names) {
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto near = policy::near_miss(key, known);
    return near ? "; did you mean '" + std::string(*near) + "'?" : "";
}

/// Settings of all commands are written above all tables, the options of one command in its table.
void refuse_in_wrong_place(const CLI::App& app, const toml::key& key, bool in_table) {
    const auto* all = &app;
    while (all->get_parent() != nullptr) all = all->get_parent();
    if (in_table && has_setting(*all, key.str()))
        refuse(key.source(),
               quoted(key.str()) + " is a global setting: put it above all tables, not inside one");
    std::vector<std::string> tables;
    for (const auto* verb : all->get_subcommands(nullptr))
        if (!in_table && has_setting(*verb, key.str())) tables.push_back(verb->get_name());
    if (tables.size() == 1)
        refuse(key.source(), quoted(key.str()) + " is an option of one command: write it in the table [" +
                                 tables.front() + "]");
}

/// `beginning` is what the table says already of the names in it: "oidc-".
[[noreturn]] void unknown_key(const CLI::App& app, const toml::key& key, const std::string& beginning) {
    auto names = names_of(app);
    if (!beginning.empty()) {
        if (key.str().starts_with(beginning) && std::ranges::find(names, key.str()) != names.end())
            refuse(key.source(),
                   "unknown key " + quoted(key.str()) + " in this table; leave out '" + beginning + "' here");
        std::erase_if(names, [&](const std::string& name) { return !name.starts_with(beginning); });
        for (auto& name : names) name.erase(0, beginning.size());
    }
    refuse_in_wrong_place(app, key, app.get_parent() != nullptr || !beginning.empty());
    refuse(key.source(), "unknown key " + quoted(key.str()) + suggested(key.str(), names));
}

constexpr auto provider_table = "oidc";

/// Tables are named as the verbs of `app`; beside those of the program there is [oidc].
[[noreturn]] void unknown_table(const CLI::App& app, const toml::key& key) {
    std::vector<std::string> names;
    if (app.get_parent() == nullptr) names.emplace_back(provider_table);
    for (const auto* verb : app.get_subcommands(nullptr)) names.push_back(verb->get_name());
    refuse(key.source(), "unknown table " + quoted(key.str()) + suggested(key.str(), names));
}

const CLI::App* verb_of(const CLI::App& app, const std::string& name) {
    for (const auto* verb : app.get_subcommands(nullptr))
        if (verb->get_name() == name) return verb;
    return nullptr;
}

class Reader {
public:
    /// A table named as a verb holds that verb's own options; [oidc] holds the options whose names begin so.
    void read(const CLI::App& app, const toml::table& table, const std::vector<std::string>& parents = {},
              const std::string& beginning = {}) {
        for (const auto& [key, node] : table) {
            const auto name = beginning + std::string(key.str());
            if (const auto* inner = node.as_table()) {
                if (name == provider_table && parents.empty()) {
                    read(app, *inner, parents, name + "-");
                    continue;
                }
                const auto* verb = verb_of(app, name);
                if (verb == nullptr) unknown_table(app, key);
                auto below = parents;
                below.push_back(name);
                read(*verb, *inner, below);
                continue;
            }
            const auto* option = app.get_option_no_throw("--" + name);
            if (option == nullptr || !option->get_configurable()) unknown_key(app, key, beginning);
            auto values = values_of(key, node);
            if (!is_in_environment(*option)) items.push_back({parents, name, std::move(values)});
        }
    }

    std::vector<CLI::ConfigItem> items;
};

}  // namespace

std::vector<CLI::ConfigItem> ConfigFile::from_config(std::istream& in) const {
    Reader reader;
    try {
        reader.read(app_, toml::parse(in));
    } catch (const toml::parse_error& wrong) {
        refuse(wrong.source(), policy::in_words(wrong));
    }
    return std::move(reader.items);
}

}  // namespace tfy::config
