// What a command printed, and the words in it.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "server/cli/approvals.hpp"
#include "tests/fakes/people.hpp"

namespace tfy::fakes {

struct Ran {
    int code;
    std::string out;
    std::string err;
};

/// `tfy-pat-mcp approvals`, with these lines typed.
inline Ran run_approvals(const cli::ApprovalsOptions& options, const std::string& typed = {}) {
    std::istringstream in(typed);
    std::ostringstream out;
    std::ostringstream err;
    const int code = cli::run_approvals(options, in, out, err);
    return {code, out.str(), err.str()};
}

/// The same for options.as, who is enrolled; their passphrase is typed first.
inline Ran run_enrolled(const cli::ApprovalsOptions& options, const std::string& typed = {}) {
    return run_approvals(options, their_passphrase + "\n" + typed);
}

inline bool holds(std::string_view text, std::string_view words) {
    return text.find(words) != std::string_view::npos;
}

}  // namespace tfy::fakes
