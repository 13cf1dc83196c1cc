// What one caller may see of access tokens and approvals: what the reading tools would answer them, and
// nothing else. Resources and completions have no other source.
#pragma once

#include <string>
#include <vector>

#include "server/calls/call_tool.hpp"
#include "server/loop/concurrency_limit.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::features {

class CallerView {
public:
    /// Both must outlive it.
    CallerView(calls::CallTool& calls, approvals::Approvals& desk) : calls_(calls), desk_(desk) {}

    // Errors are the tools' own, and Errc::denied a rule's. All values are taken out of what is answered.

    /// {tokens, total} as the tool that lists them has it, all pages in one, newest first. Beyond 1,000
    /// tokens it ends, with the next_cursor for that tool. Errc::rate_limited if 32 such reads of this
    /// principal are running already.
    Async<Result<Json>> tokens(const mcp::Requester& requester);
    /// One of them. Errc::not_found; Errc::refused if it is not among those that tokens() reads.
    Async<Result<Json>> token(const mcp::Requester& requester, truefoundry::TokenId id);
    /// As tfy_approvals_get has it. Errc::not_found for another principal's, too.
    Async<Result<Json>> approval(const mcp::Requester& requester, std::string id);
    /// The caller's own that are open, each as approval() has it: who ends first comes first.
    Async<std::vector<Json>> open_approvals(const mcp::Requester& requester);

    /// Whether a rule keeps the tokens from this caller; TrueFoundry is not asked.
    bool may_see_tokens(const mcp::Requester& requester) const;

private:
    calls::CallTool& calls_;
    approvals::Approvals& desk_;
    loop::ConcurrencyLimit reading_{32};  // tokens() that run
};

}  // namespace tfy::features
