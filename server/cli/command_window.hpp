// What verbs on a state directory share: how it is opened, where they read and write, and who is there.
#pragma once

#include <chrono>
#include <istream>
#include <string>

#include "server/app/archive.hpp"
#include "server/people/terminal_channel.hpp"

namespace tfy::cli {

struct Invocation;

/// The state directory that `call` names; `make`: begun where nothing is there yet. Errors of
/// Archive::open().
Result<app::Archive> open_archive(const Invocation& call, bool make = false);

/// Rows that are printed as JSON or as lines.
class PrintedList {
public:
    void add(Json row, const std::string& lines);
    /// {"name": rows}, or their lines: `none` if there are no rows. The exit code.
    int print(const app::Archive& archive, std::ostream& out, bool json, const char* name,
              const std::string& none) const;

private:
    Json rows_ = Json::array();
    std::string text_ = {};
};

/// `Options`: those of `approvals` or of `people`.
template <class Options>
struct CommandWindow {
    const Options& options;
    app::Archive& archive;
    std::istream& in;
    std::ostream& out;
    std::ostream& err;

    policy::Time now() const {
        if (options.now) return options.now();
        return std::chrono::floor<policy::Duration>(std::chrono::system_clock::now());
    }
    /// The conversation with the person, beside a document that goes to `out`.
    void say(const std::string& text) const { archive.say(options.json ? err : out, text); }
    /// The same, and then the document if JSON is asked for. The exit code.
    int say(const std::string& text, const Json& document) const {
        say(text);
        if (options.json) archive.print(out, document);
        return 0;
    }
    /// The document or the text, whichever is asked for. The exit code.
    int print(const Json& document, const std::string& text) const {
        options.json ? archive.print(out, document) : archive.say(out, text);
        return 0;
    }
    people::Prompt prompt() const {
        return {in, [this](const std::string& text) { say(text); }, options.stdin_is_terminal};
    }
    people::Terminal terminal() const {
        return {prompt(), *archive.ledger, options.as, options.required, now()};
    }
    /// The person there, once they have shown that they are one.
    Result<policy::Human> identify(people::TerminalAct act) const {
        return people::TerminalChannel::identify(terminal(), act);
    }
};

}  // namespace tfy::cli
