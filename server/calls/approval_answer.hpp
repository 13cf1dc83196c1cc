// What an agent is told about a request of its own: in words, and as structured content that says the same.
#pragma once

#include <string>

#include "policy/approval.hpp"
#include "tools/tool.hpp"

namespace tfy::calls {

/// Where a person can decide, for the agent to pass on.
struct DecisionLinks {
    std::string page;  // this approval's address on the page, empty if there is none; never pre-authenticated
    std::string terminal;           // "tfy-pat-mcp approvals approve apr_…"
    std::string first_person = {};  // "tfy-pat-mcp people first" while no one could decide there; else empty
    bool stopping = false;          // this server: its page is about to go, and has no address here
};

/// The state of the request: pending (no error), denied, expired, withdrawn, superseded, or the stored,
/// masked outcome. Each says what was done and what was not. `structured` has the same as `message`, and as
/// `next` what to do: with the addresses while it is open, that the server stops if it does, and how the same
/// call is answered from now on once it has ended. While it is open, it has policy::asked_members(), too, and
/// once someone decided, policy::decision_members().
tools::ToolResult status_answer(const policy::Approval& approval, const DecisionLinks& doors,
                                policy::Time now, const policy::Seals& seal);
/// The result of a call that has just run, with `message`, `next` and who decided as status_answer() has
/// them. A result that shows a value stays as it is.
tools::ToolResult fresh_answer(tools::ToolResult result, const policy::Approval& ended, policy::Time now,
                               const policy::Seals& seal);

/// Adds to the result of a call that a person made narrower what was changed: in words, to `message`, too,
/// and, from the approval on, as `narrowed`: until then nothing of it is approved.
void tell_narrowing(tools::ToolResult& result, const policy::Approval& approval, const policy::Seals& seal);
/// A failure as the agent is told it, its next step among its words: many hosts show a model nothing else. A
/// create or delete whose answer was lost (Errc::ambiguous) may have happened: that is "execution_unknown",
/// another status than those that say that it failed.
tools::ToolResult failure(const Error& error);
/// The same as the outcome of a request's call. Its words have no next step, which follows from the request
/// unless the error has one of its own.
tools::ToolResult failed_outcome(const Error& error);
/// How an execution with this result ended: succeeded, failed or unknown.
policy::Approval::State end_state(const Result<tools::ToolResult>& result);

/// A result as it is stored: without the value that a reveal carries.
Json outcome_of(const tools::ToolResult& result);
tools::ToolResult read_outcome(const Json& outcome);

}  // namespace tfy::calls
