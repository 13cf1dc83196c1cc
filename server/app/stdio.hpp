// `stdio`: one client, the process that started this one.
#pragma once

#include "server/config/config.hpp"

namespace tfy::app {

/// An MCP server on stdin and stdout, until its input ends or a signal comes.
Result<void> serve_stdio(const config::Options& options);

}  // namespace tfy::app
