// An approval in words: the screen for the person who decides, and the answers for the agent that waits.
#pragma once

#include <string>

#include "policy/approval.hpp"
#include "tools/tool.hpp"

namespace tfy::server {

/// What the person sees, as plain text in the order of the contract: verified facts, exact arguments, digest,
/// the agent's reason (marked as not verified), what happens on approval, the time left. Every string from
/// others is made safe to look at.
std::string screen(const policy::Approval& approval, policy::Time now);

/// Where a person can decide, for the agent to pass on.
struct Doors {
    std::string
        page;  // this approval's address on the page, empty where there is none; never pre-authenticated
    std::string terminal;  // "tfy-pat-mcp approvals approve apr_…"
};

/// What the agent is told about an approval that is not (or no longer) going to run now: pending (no error),
/// denied, expired, withdrawn, unknown, or the stored, masked outcome. Each says what was done and what was
/// not.
tools::ToolResult status_answer(const policy::Approval& approval, const Doors& doors, policy::Time now);

/// Adds to the result of a call that a person made narrower before it ran what was changed, in words and as
/// `narrowed`.
void tell_narrowing(tools::ToolResult& result, const policy::Approval& approval);
/// A failure as the agent is told it. A create or delete whose answer was lost (Errc::ambiguous) may have
/// happened: that is "execution_unknown", another status than those that say that it failed.
tools::ToolResult failure(const Error& error);
/// How an execution with this result ended: succeeded, failed or unknown.
policy::Approval::State end_state(const Result<tools::ToolResult>& result);

/// A result as it is stored: without the value that a reveal carries.
Json outcome_of(const tools::ToolResult& result);
tools::ToolResult read_outcome(const Json& outcome);

}  // namespace tfy::server
