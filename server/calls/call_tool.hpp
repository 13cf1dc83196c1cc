// The life of one tools/call, from its arguments to its answer. Who understands this file understands the
// product.
#pragma once

#include <boost/asio/io_context.hpp>
#include <set>
#include <string>

#include "server/approvals/approvals.hpp"
#include "server/calls/call_counts.hpp"
#include "server/calls/drivers.hpp"
#include "server/mcp/features.hpp"
#include "server/observability/log.hpp"
#include "tools/base_url.hpp"
#include "tools/offer.hpp"
#include "tools/registry/catalog.hpp"

namespace tfy::calls {

class CallTool final : public mcp::ToolFeature {
public:
    struct Rooms {
        boost::asio::io_context& loop;
        const registry::Catalog& catalog;
        const approvals::CurrentGate& gate;
        approvals::Approvals& desk;
        Drivers& drivers;
        const sealing::Sealer& redaction;
        const Clock& clock;
        const observability::Log& log;
        tools::Offer offer = {};  // what is not in it is not listed, not called and not carried out
    };

    /// `server` and `base_url` are bound into every digest.
    CallTool(Rooms rooms, std::string server, tools::BaseUrl base_url);

    const std::vector<Json>& definitions() const override { return definitions_; }
    std::string as_written() const override;
    /// Errors are protocol errors (unknown tool, foreign requestState); all else that goes wrong is a tool
    /// result with isError. Cancelling it detaches the caller; what has begun to run runs to its end.
    Async<Result<mcp::MethodResult>> call(mcp::Requester& requester,
                                          protocol::CallToolParams params) override;
    void turned_away(const mcp::Requester& requester, const std::string& tool,
                     const Result<mcp::MethodResult>& answer) override;

    /// Runs what a person has approved, apart from everyone; nothing if it is running already, or was
    /// claimed by someone else, or would go to another control plane. `trace` is of the request that found
    /// it approved. A call whose tool has another definition by now ends as superseded. Whether it runs here.
    bool carry_out(policy::Approval approval, policy::Trace trace);
    /// What was approved on this process's page with its value for the page runs at once: the person is there
    /// to see it, whether or not the caller still is. Nothing for other approvals. Whether it runs here.
    bool carry_out_for_page(policy::Approval approval);
    /// Whether carry_out_for_page() would run it here, once it is approved with its value for the page.
    bool would_run_for_page(const policy::Approval& approval) const;
    /// Whether calls of this tool may become tasks: as its definition says.
    bool may_be_task(const std::string& tool) const;
    /// The URIs of the resources that a call may have changed: as its tool says of its outcome.
    std::vector<std::string> touched(const policy::Approval& approval) const;

    /// What a reading tool would answer this caller: for resources and completions, which show the same facts
    /// under the same rules. Errors are the tool's, and Errc::denied a rule's.
    Async<Result<tools::ToolResult>> look(const mcp::Requester& requester, std::string tool, Json arguments);
    /// Whether look() would run the tool for this caller: the rules alone, nothing is read.
    bool may_look(const mcp::Requester& requester, std::string_view tool, Json arguments) const;

    /// Resumes when nothing that was approved is running any more, or after `limit`: what still runs then is
    /// settled at the next start.
    Async<void> idle(std::chrono::milliseconds limit);

    const CallCounts& counts() const { return counts_; }

private:
    struct Job;
    /// What ran, and how it ended, if that is on record.
    struct Ran {
        tools::ToolResult result = {};
        std::optional<policy::Approval> ended = {};
    };
    using Entry = registry::Catalog::Entry;

    /// nullptr if there is no such tool, or this server does not offer it.
    const Entry* offered(std::string_view tool) const;
    /// The same of what carry_out() runs: nullptr if that is not for this process.
    const Entry* runs_here(const policy::Approval& approval) const;

    Result<policy::Call> make_call(const Entry& entry, const mcp::Requester& requester, Json arguments) const;
    std::optional<Error> why_not_callable(const Entry* entry, const protocol::CallToolParams& params) const;
    Async<Result<mcp::MethodResult>> answer_of(const Entry& entry, mcp::Requester& requester,
                                               protocol::CallToolParams params);
    void log_call(const Entry* entry, const mcp::Requester& requester, std::string_view ended,
                  const std::string& status = {}) const;
    Async<Result<tools::ToolResult>> read(const Entry& entry, policy::Call call);
    Async<Result<std::optional<policy::Approval>>> answering(const Entry& entry, const policy::Call& call);
    Async<Result<policy::Facts>> facts_of(const Entry& entry, const policy::Call& call);
    Async<Result<policy::Approval>> approval_for(const Entry& entry, const policy::Call& call);
    Async<Result<mcp::MethodResult>> change(const Entry& entry, policy::Call call, mcp::Requester& requester,
                                            const protocol::CallToolParams& params);
    Async<Result<ModernDriver::Leg>> converse(policy::Approval approval, mcp::Requester& requester,
                                              const protocol::CallToolParams& params,
                                              dialogue::Position position);
    Async<Result<mcp::MethodResult>> settle(const Entry& entry, policy::Call call, policy::Approval approval,
                                            mcp::Requester& requester);
    Async<std::optional<mcp::MethodResult>> lead_to_value(const policy::Approval& approval,
                                                          mcp::Requester& requester,
                                                          const tools::ToolResult& result);
    Async<Result<std::optional<mcp::MethodResult>>> lead_to_page(const Entry& entry,
                                                                 mcp::Requester& requester,
                                                                 const protocol::CallToolParams& params,
                                                                 tools::ToolResult& result);
    Async<mcp::MethodResult> answer_fresh(Ran ran, protocol::Version version);
    Async<void> tell_decision(policy::Approval approval, mcp::Requester& requester);
    Async<void> carry_out_to_end(const Entry& entry, policy::Approval approval, policy::Call call,
                                 std::shared_ptr<Job> job);
    Async<Result<Ran>> execute(const Entry& entry, policy::Approval approval, policy::Call call);
    Async<void> run_to_end(const Entry& entry, policy::Approval approval, policy::Call call,
                           std::shared_ptr<Job> job);
    Async<Result<Ran>> claim_and_run(const Entry& entry, const policy::Approval& approval, policy::Call call);
    Async<void> record_later(std::string id, policy::Approval::State end, Json outcome);
    Async<std::optional<policy::Approval>> follow_up_of(const policy::ApprovedPermit::Grant& grant,
                                                        policy::Caller caller,
                                                        const tools::ToolResult& result);
    Async<void> needs_own_approval(tools::ToolResult& result, const policy::Approval& approval);
    Async<void> open_follow_up(policy::Approval approval);

    Rooms deps_;
    std::string server_;
    tools::BaseUrl base_url_;
    std::vector<Json> definitions_;
    tools::ToolNames names_;  // of these
    CallCounts counts_;
    std::size_t running_ = 0;
    std::set<std::string> carried_out_;  // approvals that carry_out() is at
};

}  // namespace tfy::calls
