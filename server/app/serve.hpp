// `serve`: many clients over HTTP, one page for the people who decide.
#pragma once

#include <iosfwd>

#include "server/config/config.hpp"

namespace tfy::app {

/// Streamable HTTP at /mcp and the approvals page, until a signal comes. Says on `out` where it can be
/// reached.
Result<void> serve(const config::Options& options, std::ostream& out);

}  // namespace tfy::app
