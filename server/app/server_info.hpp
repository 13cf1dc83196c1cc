// What this server tells clients of itself.
#pragma once

#include <vector>

#include "protocol/lifecycle.hpp"

namespace tfy::app {

inline constexpr auto server_name = "tfy-pat-mcp";

/// `tools`: the definitions of those that are offered.
protocol::ServerInfo server_info(const std::vector<Json>& tools);

}  // namespace tfy::app
