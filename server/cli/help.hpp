// What --help prints: of each command its own options and the settings that it reads, with defaults and
// variables, and two examples.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <span>
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

/// What help and reference pages say of an option.
struct OptionWords {
    std::string names;  // "--hold"
    std::string value;  // "TIME"; empty: a flag
    std::string meaning;
    std::string usual;  // its default; may be empty
    std::string variable;
    bool required = false;
};
/// `otherwise` is another default than its own.
OptionWords words_of(const CLI::Option& option, std::string_view otherwise = {});

/// Those of `app` alone, without --help and --version.
std::vector<const CLI::Option*> own_options(const CLI::App& app);

/// TrueFoundry's variables, which no option stands for, and what each is.
std::span<const std::pair<std::string_view, std::string_view>> truefoundry_variables();

/// For the program, whose options are the settings of all verbs, and for the verbs that it is told of.
class HelpFormatter final : public CLI::Formatter {
public:
    void tell(const CLI::App& verb, VerbHelp help) { verbs_[&verb] = std::move(help); }
    /// nullptr: none that it was told of.
    const VerbHelp* of(const CLI::App& verb) const;
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override;

private:
    std::map<const CLI::App*, VerbHelp> verbs_;
};

}  // namespace tfy::cli
