// How requests end, and how the same call finds its request again.
#include "server/approvals/approvals.hpp"

#include "server/loop/failpoint.hpp"

namespace tfy::approvals {
namespace {

using policy::Approval;
using State = policy::Approval::State;

constexpr auto another_definition =
    "This server's definition of the tool has changed since this call was approved, so what would run is no "
    "longer "
    "what was approved. Nothing was done.";

}  // namespace

Async<Result<std::optional<Approval>>> Approvals::find_answering(policy::Call call) {
    using Found = std::optional<Approval>;
    auto work = [principal = call.caller.principal, digest = policy::digest(call), now = clock_.now(),
                 &seal = redaction_](storage::Ledger& ledger) -> Result<Found> {
        auto newest = ledger.newest(principal, digest);
        if (!newest || (*newest && policy::answers(**newest, now))) return newest;
        const auto freeze = ledger.freeze_of(principal);
        if (!freeze) return freeze.error();
        if (*freeze) return (*freeze)->refusal(seal);
        return Found{};
    };
    auto newest = co_await store_.run(std::move(work));
    if (!newest) co_return newest.error();
    if (!*newest) co_return Found{};
    auto now = co_await find((*newest)->id);  // its time may be over
    if (!now) co_return now.error();
    if (!policy::is_open(now->state()) || now->state() == State::executing || !is_for_another_key(*now))
        co_return Found(std::move(*now));
    const auto ended = co_await for_another_key(std::move(*now));
    if (ended.code != Errc::superseded) co_return ended;
    co_return Found{};
}

Async<Result<Approval>> Approvals::reword(Approval approval, std::string reason) {
    if (approval.state() != State::pending || reason.empty() || reason == approval.agent_reason)
        co_return approval;
    const auto id = approval.id;
    auto written = co_await write(State::pending, policy::reword(std::move(approval), reason), "reworded");
    if (written || written.error().code != Errc::conflict) co_return written;
    auto now = co_await find(id);  // it was decided meanwhile, or has one vote more
    if (!now) co_return now.error();
    co_return co_await reword(std::move(*now), std::move(reason));
}

Async<void> Approvals::told(Approval approval) {
    if (policy::is_open(approval.state()) || approval.answers_until) co_return;
    const auto until = policy::answers_until(approval, clock_.now());
    auto work = [id = approval.id, until](storage::Ledger& ledger) { return ledger.answer_until(id, until); };
    co_await store_.run(std::move(work));  // if it cannot be written, the request answers once more
}

Async<Result<void>> Approvals::answers_no_more(std::string id) {
    auto work = [id, now = clock_.now()](storage::Ledger& ledger) { return ledger.answer_until(id, now); };
    co_return co_await store_.run(std::move(work));
}

Async<Result<Approval>> Approvals::supersede(Approval approval) {
    auto ended = policy::supersede(std::move(approval), another_definition, clock_.now());
    co_return co_await write(State::approved, std::move(ended), "superseded");
}

Async<Result<Approval>> Approvals::finish(std::string id, State end, Json outcome) {
    TFY_FAILPOINT("outcome.write");
    auto ended = co_await end_execution(std::move(id), end, std::move(outcome), "finished");
    TFY_FAILPOINT("outcome.written");
    co_return ended;
}

Async<Result<Approval>> Approvals::settle(std::string id, State end, Json outcome) {
    co_return co_await end_execution(std::move(id), end, std::move(outcome), "settled");
}

Async<Result<Approval>> Approvals::end_execution(std::string id, State end, Json outcome, std::string kind) {
    // What this process claimed is still what it claimed, unless someone else wrote.
    if (auto claimed = running_.extract(id)) {
        auto ended = co_await end_as(std::move(claimed.mapped()), end, outcome, kind);
        if (ended || ended.error().code != Errc::conflict) co_return ended;
    }
    auto current = co_await find(std::move(id));
    if (!current) co_return current.error();
    co_return co_await end_as(std::move(*current), end, std::move(outcome), std::move(kind));
}

Async<Result<Approval>> Approvals::end_as(Approval current, State end, Json outcome, std::string kind) {
    const auto redactor = redaction_.fresh();
    if (!redactor) co_return redactor.error();
    auto masked = (*redactor)->scrub(std::move(outcome));
    Change change = [](storage::Ledger& ledger, const policy::StoredApproval& approval,
                       const journal::JournalEntry& record) { return ledger.finish(approval, record); };
    auto ended = policy::finish(std::move(current), end, std::move(masked), clock_.now());
    co_return co_await write(std::move(ended), std::move(kind), std::move(change));
}

Async<Result<void>> Approvals::end_what_lost_its_value() {
    auto work = [me = instance_, now = clock_.now()](storage::Ledger& ledger) {
        return ledger.lose_values_asked_for(me, now);
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<std::vector<Approval>>> Approvals::executing() {
    auto look = [now = clock_.now()](storage::Ledger& ledger) { return ledger.all_open(now); };
    auto open = co_await store_.run(std::move(look));
    if (open) std::erase_if(*open, [](const Approval& each) { return each.state() != State::executing; });
    co_return open;
}

}  // namespace tfy::approvals
