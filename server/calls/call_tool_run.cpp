// What was approved runs: claimed once, apart from the caller that waits for it.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/calls/approval_answer.hpp"
#include "server/calls/call_tool.hpp"
#include "server/loop/failpoint.hpp"

namespace tfy::calls {
namespace {

namespace asio = boost::asio;
using policy::Approval;
using State = policy::Approval::State;
using tools::ToolResult;

constexpr std::chrono::milliseconds first_pause{500}, longest_pause{60'000};

Error unforeseen() {
    return {Errc::ambiguous,
            "This call ended in an unforeseen way. List the access tokens to see whether it happened."};
}

}  // namespace

/// One running call and the caller that waits for it; the waiting side may leave.
struct CallTool::Job {
    explicit Job(asio::io_context& loop) : done(loop, asio::steady_timer::time_point::max()) {}
    asio::steady_timer done;
    std::optional<Result<Ran>> result;
};

const CallTool::Entry* CallTool::runs_here(const Approval& approval) const {
    const auto* entry = offered(approval.call.tool);
    const bool ours = approval.call.server == server_ && approval.call.base_url == base_url_.now() &&
                      !deps_.desk.is_for_another_key(approval);
    return entry != nullptr && entry->changes != nullptr && ours ? entry : nullptr;
}

bool CallTool::carry_out(Approval approval, policy::Trace trace) {
    const auto* entry = runs_here(approval);
    if (entry == nullptr) return false;
    if (!carried_out_.insert(approval.id).second) return true;
    auto call = approval.call;
    call.tool_version = entry->version();
    call.caller.trace = std::move(trace);
    ++running_;
    asio::co_spawn(
        deps_.loop,
        carry_out_to_end(*entry, std::move(approval), std::move(call), std::make_shared<Job>(deps_.loop)),
        asio::detached);
    return true;
}

// A request under another definition of the tool waits for its own server. A value that is made while this
// process stops would end with it.
bool CallTool::would_run_for_page(const Approval& approval) const {
    const auto* entry = runs_here(approval);
    return entry != nullptr && approval.facts.yields_value &&
           approval.call.tool_version == entry->version() && !deps_.desk.draining();
}

bool CallTool::carry_out_for_page(Approval approval) {
    const bool for_page =
        approval.state() == State::approved && approval.decision()->destination == policy::Destination::page;
    return for_page && would_run_for_page(approval) && carry_out(std::move(approval), {});
}

Async<void> CallTool::carry_out_to_end(const Entry& entry, Approval approval, policy::Call call,
                                       std::shared_ptr<Job> job) {
    const auto id = approval.id;
    const std::unique_ptr<const std::string, std::function<void(const std::string*)>> leave(
        &id, [this](const std::string* mine) { carried_out_.erase(*mine); });
    co_await run_to_end(entry, approval, std::move(call), job);
    if (*job->result) co_return;
    const auto why = job->result->error();
    if (why.code == Errc::conflict) co_return;  // someone else was first
    if (why.code == Errc::superseded) {
        const auto ended = co_await deps_.desk.supersede(std::move(approval));
        if (ended || ended.error().code == Errc::conflict) co_return;
    }
    deps_.log.warn("what was approved could not be begun", {{"approval", id}, {"why", why.message}});
}

// What was approved is claimed and runs apart from the caller, who may be cut off at any moment: either it is
// not claimed, or it runs.
Async<Result<CallTool::Ran>> CallTool::execute(const Entry& entry, Approval approval, policy::Call call) {
    const auto job = std::make_shared<Job>(deps_.loop);
    ++running_;
    asio::co_spawn(deps_.loop, run_to_end(entry, std::move(approval), std::move(call), job), asio::detached);
    while (!job->result) {
        boost::system::error_code woken;
        co_await job->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_return std::move(*job->result);
}

Async<void> CallTool::run_to_end(const Entry& entry, Approval approval, policy::Call call,
                                 std::shared_ptr<Job> job) {
    // However it ends, its caller is told and no one waits for it any more.
    const std::unique_ptr<Job, std::function<void(Job*)>> end(job.get(), [this](Job* ended) {
        if (!ended->result) ended->result = unforeseen();
        ended->done.cancel();
        --running_;
    });
    auto result = co_await claim_and_run(entry, approval, std::move(call));
    job->result = std::move(result);
}

Async<Result<CallTool::Ran>> CallTool::claim_and_run(const Entry& entry, const Approval& approval,
                                                     policy::Call call) {
    const auto caller = call.caller;
    if (const auto here = co_await entry.changes->can_run_here(call); !here) co_return here.error();
    auto permit = co_await deps_.desk.claim(approval, std::move(call));
    if (!permit) co_return permit.error();
    const auto grant = permit->grant();
    Result<ToolResult> result = unforeseen();
    try {
        result = co_await entry.changes->run(std::move(*permit));
    } catch (const std::exception& bug) {
        deps_.log.error("a tool threw", {{"tool", entry.tool->name()}, {"what", bug.what()}});
    }
    const auto end = end_state(result);
    ToolResult shown = result ? std::move(*result) : failed_outcome(result.error());
    tell_narrowing(shown, approval, deps_.redaction);
    std::optional<Approval> follow_up;
    if (end == State::succeeded) {
        follow_up = co_await follow_up_of(grant, caller, shown);
        if (!follow_up) co_await needs_own_approval(shown, approval);
    }
    auto finished = co_await deps_.desk.finish(approval.id, end, outcome_of(shown));
    if (!finished) {
        deps_.log.error("an outcome was not recorded",
                        {{"approval", approval.id}, {"why", finished.error().message}});
        asio::co_spawn(deps_.loop, record_later(approval.id, end, outcome_of(shown)), asio::detached);
    }
    if (deps_.desk.draining() && end == State::succeeded) {  // a new value ends with this process
        co_await deps_.drivers.answers.bring_up_to_date(shown, approval);
        follow_up.reset();
    }
    if (follow_up) co_await open_follow_up(std::move(*follow_up));
    if (end == State::succeeded) deps_.drivers.dialogues.open_for_value(approval, shown);
    Ran ran{.result = std::move(shown)};
    if (finished) ran.ended = std::move(*finished);
    co_return ran;
}

// Until it is written the row is "executing", and a caller that repeats the call waits. A process that ends
// before leaves it to the next start.
Async<void> CallTool::record_later(std::string id, State end, Json outcome) {
    for (auto pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
        const auto woken = co_await deps_.desk.pause(pause);
        const auto finished = co_await deps_.desk.finish(id, end, outcome);
        const bool again = !finished && finished.error().code == Errc::storage;
        if (!again || woken == approvals::Woken::draining) co_return;
    }
}

// The person who approved a create with the value for the agent has decided on the one call that shows it,
// too: unless a rule asks for more there.
Async<std::optional<Approval>> CallTool::follow_up_of(const policy::ApprovedPermit::Grant& grant,
                                                      policy::Caller caller, const ToolResult& result) {
    if (!result.follow_up || grant.decision.destination != policy::Destination::agent) co_return std::nullopt;
    const auto* entry = deps_.catalog.find(result.follow_up->tool);
    if (entry == nullptr || entry->changes == nullptr) co_return std::nullopt;
    policy::Call call{.server = server_,
                      .base_url = base_url_.now(),
                      .tool = std::string(entry->tool->name()),
                      .tool_version = entry->version(),
                      .effect = policy::Effect::changes,
                      .arguments = result.follow_up->arguments,
                      .caller = std::move(caller)};
    auto facts = co_await entry->changes->facts(call);
    if (!facts) co_return std::nullopt;
    auto verdict = deps_.gate.now()->judge(std::move(call), facts->subject, deps_.clock.now());
    auto* ask = std::get_if<policy::Ask>(&verdict);
    if (ask == nullptr) co_return std::nullopt;
    auto approval = deps_.gate.now()->follow_up(grant, std::move(*ask), std::move(*facts),
                                                "apr_" + policy::random_id(), deps_.clock.now());
    if (approval) co_return std::move(*approval);
    deps_.log.warn("the showing of a new value needs an approval of its own",
                   {{"why", approval.error().message}});
    co_return std::nullopt;
}

// The agent is not told that it may see a value when it still has to ask.
Async<void> CallTool::needs_own_approval(ToolResult& result, const Approval& approval) {
    const auto named = result.structured.find("destination");
    if (named == result.structured.end() || *named != policy::to_string(policy::Destination::agent))
        co_return;
    *named = policy::to_string(policy::Destination::none);
    co_await deps_.drivers.answers.bring_up_to_date(result, approval);
}

Async<void> CallTool::open_follow_up(Approval approval) {
    const auto opened = co_await deps_.desk.open_approved(std::move(approval));
    if (!opened)
        deps_.log.warn("the showing of a new value needs an approval of its own",
                       {{"why", opened.error().message}});
}

Async<void> CallTool::idle(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    asio::steady_timer timer(deps_.loop);
    while (running_ > 0 && std::chrono::steady_clock::now() < end) {
        timer.expires_after(std::chrono::milliseconds{20});
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace tfy::calls
