#include "server/config/setting_origins.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

namespace tfy::config {
namespace {

bool is_typed(const CLI::Option& option, std::span<char* const> arguments) {
    return std::ranges::any_of(option.get_lnames(), [&](const std::string& name) {
        return std::ranges::any_of(arguments, [flag = "--" + name](std::string_view argument) {
            return argument == flag || argument.starts_with(flag + "=");
        });
    });
}

std::string origin_of(const CLI::Option& option, std::span<char* const> arguments) {
    if (option.count() == 0) return "default";
    if (is_typed(option, arguments)) return "flag";
    const auto variable = option.get_envname();
    const auto* in_environment = variable.empty() ? nullptr : std::getenv(variable.c_str());
    return in_environment != nullptr && *in_environment != '\0' ? variable : "config file";
}

std::string value_of(const CLI::Option& option) {
    if (option.count() == 0) return option.get_default_str();
    std::string value;
    for (const auto& each : option.results()) value += (value.empty() ? "" : ", ") + each;
    return value;
}

}  // namespace

std::vector<Setting> settings_of(const CLI::App& app, std::span<char* const> arguments) {
    std::vector<Setting> all;
    for (const auto* option : app.get_options()) {
        if (option->get_lnames().empty() || option == app.get_help_ptr() || option == app.get_version_ptr())
            continue;
        all.push_back({"--" + option->get_lnames().front(), value_of(*option), origin_of(*option, arguments),
                       option->get_envname()});
    }
    return all;
}

}  // namespace tfy::config
