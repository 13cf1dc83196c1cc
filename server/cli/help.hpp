// What --help prints: of each command its own options and the settings that it reads, with defaults and
// variables, and two examples.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tfy::cli {

/// What the options of a verb do not say themselves.
struct VerbHelp {
    std::string_view settings;  // of the program that it reads, a space between them
    std::array<std::string, 2> examples;
    std::vector<std::pair<std::string_view, std::string_view>> defaults = {};  // of settings, its own
};

/// How --help writes the value of `option` (a flag has none), and the default where the option has none
/// itself.
CLI::Option* spelled(CLI::Option* option, const char* value, const char* otherwise = "");

/// For the program, whose options are the settings of all verbs, and for the verbs that it is told of.
class HelpFormatter final : public CLI::Formatter {
public:
    void tell(const CLI::App& verb, VerbHelp help) { verbs_[&verb] = std::move(help); }
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override;

private:
    std::map<const CLI::App*, VerbHelp> verbs_;
};

}  // namespace tfy::cli
