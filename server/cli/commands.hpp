// The verbs of the command line. Each returns the process's exit code: 0 done, 1 failed, 2 wrong usage.
#pragma once

#include <iosfwd>

#include "server/config/config.hpp"

namespace tfy::cli {

/// An MCP server on stdin and stdout, until its input ends or a signal comes.
int run_stdio(const config::Options& options, std::ostream& errors);

/// Streamable HTTP at /mcp and the approvals page, until a signal comes. Says on `out` where it can be
/// reached.
int run_serve(const config::Options& options, std::ostream& out, std::ostream& errors);

struct SandboxOptions {
    std::vector<std::string> accounts = {};  // beside the usual one: "alice", "bob:forbidden"
    std::string access_log = {};             // a file that lines are added to; empty: `out`
};

/// The stand-in control plane alone, over real HTTP. Says on `out` where it can be reached, then writes a
/// line of JSON a request. 1, too, where a client sent what must never be sent.
int run_sandbox(const config::Options& options, const SandboxOptions& sandbox_options, std::ostream& out,
                std::ostream& errors);

/// Reads a rules file (empty: the embedded ones) and says what is wrong with it, or that nothing is.
int run_policy_check(const std::string& file, std::ostream& out, std::ostream& errors);

struct ExplainOptions {
    std::string tool = {};
    std::string arguments = {};  // JSON; empty: not given
    std::string principal = {};  // empty: stdio and the account's name
    std::string client = {};     // as it would call itself
    std::string name = {};       // the token's, where neither arguments nor facts tell it
    std::string at = {};         // a time; empty: now
    bool json = false;
};

/// Which rule would decide on a call, and why; what it would take, and what the person would see. Asks
/// nobody and writes nothing; the sandbox's tokens are looked at where `options` name the sandbox.
int run_policy_explain(const config::Options& options, const ExplainOptions& explain, std::ostream& out,
                       std::ostream& errors);

}  // namespace tfy::cli
