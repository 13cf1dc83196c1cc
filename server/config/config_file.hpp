// The TOML file of --config: the options by their names, read strictly.
#pragma once

#include <CLI/CLI.hpp>

namespace tfy::config {

/// For CLI::App::config_formatter. What is in the environment comes before the file, so the file's word
/// on it is left out. Throws CLI::ConfigError with the line, in words of the file, for what is no TOML, a key
/// that is no option, and a value that no option has.
class ConfigFile final : public CLI::Config {
public:
    /// `app` has all of its options by the time that it is parsed, and outlives this.
    explicit ConfigFile(const CLI::App& app) : app_(app) {}

    std::vector<CLI::ConfigItem> from_config(std::istream& in) const override;
    /// No one asks for one.
    std::string to_config(const CLI::App*, bool, bool, std::string) const override { return {}; }

private:
    const CLI::App& app_;
};

}  // namespace tfy::config
