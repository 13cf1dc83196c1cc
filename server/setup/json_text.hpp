// Servers in JSON, which may have comments and commas at the end. Members are put in and taken out as text.
#pragma once

#include <memory>

#include "server/setup/config_text.hpp"

namespace tfy::setup {

/// `section` is the top key: "mcpServers".
std::unique_ptr<ConfigText> json_text(std::string section);

}  // namespace tfy::setup
