// `policy explain`: a call is judged as the server would judge it, up to the point where a person would be
// asked.
#pragma once

#include <iosfwd>

#include "server/config/config.hpp"

namespace tfy::cli {

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
/// no one and writes nothing; the sandbox's tokens are looked at where `options` name the sandbox. The exit
/// code.
int run_policy_explain(const config::Options& options, const ExplainOptions& explain, std::ostream& out,
                       std::ostream& errors);

}  // namespace tfy::cli
