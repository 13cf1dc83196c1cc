// Servers in YAML, of which only the usual shape is taken: keys at the margin, entries indented below them.
#pragma once

#include <memory>

#include "server/setup/config_text.hpp"

namespace tfy::setup {

/// `section` is the top key: "mcpServers".
std::unique_ptr<ConfigText> yaml_text(std::string section);

}  // namespace tfy::setup
