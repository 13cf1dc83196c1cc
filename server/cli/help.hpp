// What --help prints: of each command its own options and the settings that it reads, with defaults and
// variables, and two examples.
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): the library is called so
class App;
}  // namespace CLI

namespace tfy::cli {

/// For `app`, whose options are the settings of all verbs, and for every verb below it.
void format_help(CLI::App& app);

}  // namespace tfy::cli
