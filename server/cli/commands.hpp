// The verbs of the command line. Each returns the process's exit code: 0 done, 1 failed, 2 wrong usage.
#pragma once

#include <iosfwd>

#include "server/config.hpp"

namespace tfy::server {

/// An MCP server on stdin and stdout, until its input ends or a signal comes.
int run_stdio(const Options& options, std::ostream& errors);

/// Streamable HTTP at /mcp and the approvals page, until a signal comes. Says on `out` where it can be
/// reached.
int run_serve(const Options& options, std::ostream& out, std::ostream& errors);

/// The stand-in control plane alone, over real HTTP. Says on `out` where it can be reached, then logs one
/// line a request there.
int run_sandbox(const Options& options, std::ostream& out, std::ostream& errors);

/// Reads a rules file (empty: the embedded ones) and says what is wrong with it, or that nothing is.
int run_policy_check(const std::string& file, std::ostream& out, std::ostream& errors);

}  // namespace tfy::server
