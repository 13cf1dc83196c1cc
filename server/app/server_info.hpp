// What this server tells clients of itself.
#pragma once

#include "protocol/lifecycle.hpp"

namespace tfy::app {

inline constexpr auto server_name = "tfy-pat-mcp";

protocol::ServerInfo server_info();

}  // namespace tfy::app
