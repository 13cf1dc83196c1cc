// Requests that a standing permission approves at once.
#include "server/approvals/approvals.hpp"

#include <tuple>

namespace tfy::approvals {

using policy::Approval;
using policy::StandingPermission;

namespace {

constexpr auto asked_with_another_key =
    "This was approved, or asked, while another TrueFoundry key was in use, of another user or of a user "
    "that "
    "cannot be told. What the approver was shown is about that user's tokens. Nothing was done.";

}  // namespace

// Those that are used up, too: the person is told of them.
Async<Result<std::vector<StandingPermission>>> Approvals::permissions_for(Approval fresh) {
    if (!policy::may_be_permitted(fresh.call)) co_return std::vector<StandingPermission>{};
    auto look = [principal = fresh.call.caller.principal, now = clock_.now()](storage::Ledger& ledger) {
        return ledger.permissions(principal, now, true);
    };
    co_return co_await store_.run(std::move(look));
}

// The first permission that covers the request approves it. If it was used up meanwhile, a person is asked.
Async<Result<std::optional<Approvals::Opened>>> Approvals::open_permitted(
    Approval fresh, const std::vector<StandingPermission>& permissions) {
    using Found = std::optional<Opened>;
    const auto rules = gate_.now();
    for (const auto& permission : permissions) {
        auto approved = policy::approve_under(permission, fresh, key_in_use(fresh.call.caller), clock_.now(),
                                              rules->rules().claim_window, redaction_);
        if (!approved) continue;
        auto step = storable(std::move(approved), "permitted");
        if (!step) co_return step.error();
        const storage::RequestLimits limits{rules->rules().open_requests, rules->rules().requests_per_minute};
        auto work = [step = std::move(*step), limits](storage::Ledger& ledger) {
            return ledger.open_permitted(step.next, limits, step.record);
        };
        auto opened = co_await store_.run(std::move(work));
        if (!opened && opened.error().code == Errc::conflict) continue;
        if (!opened) co_return opened.error();
        ring();
        co_return Found(Opened{std::move(opened->approval), opened->attached});
    }
    co_return Found{};
}

bool Approvals::is_for_another_key(const Approval& approval) const {
    const auto now = key_in_use(approval.call.caller);
    return !approval.holder.print.empty() && !now.print.empty() &&
           policy::same_user(approval.holder, now) != policy::SameUser::yes;
}

Async<Error> Approvals::for_another_key(Approval approval) {
    const auto seen = approval.state();
    const auto id = approval.id;
    auto ended = policy::withdraw(std::move(approval), clock_.now(), asked_with_another_key);
    const auto written = co_await write(seen, std::move(ended), "withdrawn for another key");
    if (!written) co_return written.error();
    std::ignore = co_await answers_no_more(id);  // if it cannot be written, it answers once more
    co_return Error{Errc::superseded,
                    std::string(asked_with_another_key) + " Call the tool again, and a person is asked."};
}

}  // namespace tfy::approvals
