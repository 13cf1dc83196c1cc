// The command line: verbs, each declared beside the code that runs it, and the settings of all of them.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>

#include "server/app/console.hpp"
#include "server/cli/help.hpp"
#include "server/config/config.hpp"

namespace tfy::cli {

/// What a verb runs with.
struct Invocation {
    const CLI::App& app;  // parsed
    std::span<char* const> arguments;
    config::Options options;
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    const app::Console& console;

    /// Says what is wrong. The exit code.
    int fail(const Error& error) const;
};

struct VerbDefinition {
    std::string name;
    std::string description;
    VerbHelp help;
    /// Returns the process's exit code: 0 done, 1 failed, 2 wrong usage. None if a verb below it is
    /// chosen.
    std::function<int(Invocation&)> run = {};
};

class CommandLine {
public:
    CommandLine();

    /// `rest` declares the verbs that are left out: if the command line cannot be used, what is said of it
    /// goes by all of them.
    void leave_out(std::function<void(CommandLine&)> rest) { rest_ = std::move(rest); }
    /// Whether the environment sets one of our variables that none of its options, so far, is given by.
    bool lacks_a_variable() const;
    CLI::App& add(VerbDefinition verb) { return add(app_, std::move(verb)); }
    CLI::App& add(CLI::App& parent, VerbDefinition verb);
    /// Reads the command line and runs nothing. The exit code, if that is all there is to do: it asks for
    /// help, or cannot be used.
    std::optional<int> parse(std::span<char* const> arguments, std::ostream& out, std::ostream& err);
    /// Reads the command line and runs its verb. The exit code.
    int run(std::span<char* const> arguments, std::istream& in, std::ostream& out, std::ostream& err);

private:
    CLI::App app_;
    config::Options options_;
    std::shared_ptr<HelpFormatter> help_ = std::make_shared<HelpFormatter>();
    std::function<int(Invocation&)> chosen_;
    std::function<void(CommandLine&)> rest_ = {};
};

}  // namespace tfy::cli
