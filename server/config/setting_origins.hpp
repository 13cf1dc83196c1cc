// Where each option got its value from.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library is called so
class App;
}

namespace tfy::config {

struct Setting {
    std::string name;      // "--hold"; "TFY_BASE_URL" for one that has no flag
    std::string value;     // as it was given; empty: none
    std::string from;      // "flag", "TFY_PAT_MCP_HOLD", "config file" or "default"
    std::string variable;  // its twin in the environment: "TFY_PAT_MCP_HOLD"
};

/// The options of a command line that was parsed. Secrets are none of them.
std::vector<Setting> settings_of(const CLI::App& app, std::span<char* const> arguments);

}  // namespace tfy::config
