// What is said of a command line that cannot be used. A secret in the wrong place must not turn up in a
// terminal's history or in a log: only words that look like a name of ours are repeated.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace CLI {  // NOLINT(readability-identifier-naming): the library is called so
class App;
class ParseError;
}  // namespace CLI

namespace tfy::cli {

/// What a check says of a value that is empty.
constexpr std::string_view no_value = "the value is empty";

/// The words of the command line.
using Typed = std::span<char* const>;

/// A whole text for standard error: what is wrong, and where help is.
std::string usage_error(const CLI::App& app, const CLI::ParseError& wrong, const Typed& typed);

}  // namespace tfy::cli
