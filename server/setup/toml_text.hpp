// Servers in TOML. The entry is a table of its own at the end of the file.
#pragma once

#include <memory>

#include "server/setup/config_text.hpp"

namespace tfy::setup {

/// `section` is the top key: "mcpServers".
std::unique_ptr<ConfigText> toml_text(std::string section);

}  // namespace tfy::setup
