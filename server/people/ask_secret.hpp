// A line that is typed, shown or not.
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <string>

#include "policy/secret.hpp"
#include "protocol/error.hpp"

namespace tfy::people {

/// Where a person is asked and where they answer.
struct Prompt {
    std::istream& in;
    std::function<void(const std::string&)> say;
    bool is_terminal = false;  // whether standard input is one: then its echo is turned off
};

/// nullopt at the end of the input. The terminal shows what is typed again afterwards, also where a signal
/// ends the process, and while Ctrl-Z stops it.
std::optional<policy::Secret> ask_secret(const Prompt& prompt, const std::string& question);

/// A new passphrase, typed twice. Errc::cancelled at the end of the input, Errc::refused if it is too short
/// or they differ; at a terminal the person is asked again first, up to three times in all.
Result<policy::Secret> ask_new_passphrase(const Prompt& prompt);
/// The same, or nothing where the person presses Enter alone: `instead` says what that means.
Result<std::optional<policy::Secret>> ask_passphrase_or(const Prompt& prompt, const std::string& instead);

/// What is not secret. nullopt at the end of the input.
std::optional<std::string> ask_line(const Prompt& prompt, const std::string& question);

}  // namespace tfy::people
