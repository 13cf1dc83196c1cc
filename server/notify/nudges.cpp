#include "server/notify/nudges.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "policy/nudge.hpp"
#include "server/storage/told_once.hpp"

namespace tfy::notify {
namespace {

using policy::Approval;

struct WaitingRequest {
    Approval approval;
    std::vector<std::string> told;
};

Result<std::vector<WaitingRequest>> waiting_requests(storage::Ledger& ledger, policy::Time now) {
    storage::ToldOnce told(ledger);
    auto waiting = told.waiting(now);
    if (!waiting) return waiting.error();
    std::vector<WaitingRequest> all;
    for (auto& approval : *waiting) {
        auto kinds = told.kinds(approval.id);
        if (!kinds) return kinds.error();
        all.push_back({std::move(approval), std::move(*kinds)});
    }
    return all;
}

bool holds_kind(const std::vector<std::string>& kinds, std::string_view kind) {
    return std::ranges::find(kinds, kind) != kinds.end();
}

}  // namespace

Nudges::Nudges(Rooms rooms, std::chrono::milliseconds patience) : deps_(rooms), patience_(patience) {}

void Nudges::start() {
    if (std::exchange(started_, true)) return;
    boost::asio::co_spawn(deps_.loop, run(), boost::asio::detached);
}

// What is asked and decided in a burst is looked at once: a look reads all requests that wait.
Async<void> Nudges::run() {
    std::optional<std::uint64_t> seen;
    auto rested = std::chrono::steady_clock::time_point::min();
    while (!deps_.desk.draining()) {
        const bool due = next_ && *next_ <= deps_.clock.now();
        const bool changed = seen != deps_.desk.revision() && std::chrono::steady_clock::now() >= rested;
        if (due || changed) {
            seen = deps_.desk.revision();
            co_await look_safely();
            rested = std::chrono::steady_clock::now() + patience_;
        }
        const auto woken = co_await deps_.desk.wait_revision(deps_.desk.revision(), patience_);
        if (woken == approvals::Woken::draining) break;
    }
}

// Whatever goes wrong with one look, the next one comes.
Async<void> Nudges::look_safely() {
    try {
        co_await look();
    } catch (const std::exception& bug) {
        deps_.log.error("looking for requests that still wait failed", {{"what", bug.what()}});
        next_ = deps_.clock.now() + patience_;
    }
}

// Where the store fails, so does the notifier's next question to it, which says so; the next look comes.
Async<void> Nudges::look() {
    const auto now = deps_.clock.now();
    next_ = now + patience_;
    auto work = [now](storage::Ledger& ledger) { return waiting_requests(ledger, now); };
    auto waiting = co_await deps_.store.run(std::move(work));
    if (!waiting) co_return;
    next_.reset();
    for (auto& each : *waiting) {
        const auto next = policy::next_nudge(each.approval, now);
        if (next && (!next_ || *next < *next_)) next_ = next;
        for (const auto event : policy::nudges_due(each.approval, now))
            if (!holds_kind(each.told, policy::to_string(event))) co_await nudge(each.approval, event);
    }
}

Async<void> Nudges::nudge(Approval approval, policy::Channel::Event event) {
    const auto redactor = deps_.redaction.fresh();
    if (!redactor) {
        next_ = deps_.clock.now();  // again with the next look
        co_return;
    }
    auto entry =
        journal::nudge_entry(std::string(policy::to_string(event)), approval, **redactor, deps_.clock.now());
    auto work = [id = approval.id, entry = std::move(entry)](storage::Ledger& ledger) {
        return storage::ToldOnce(ledger).nudge(id, entry);
    };
    const auto first = co_await deps_.store.run(std::move(work));
    if (!first) {
        next_ = deps_.clock.now();  // again with the next look
        co_return;
    }
    if (!*first) co_return;
    deps_.log.info(event == policy::Channel::Event::reminded ? "a request still waits: a reminder is sent"
                                                             : "a request still waits: it is escalated",
                   {{"approval", approval.id}});
    if (event == policy::Channel::Event::escalated) warn_of_missing(approval);
    deps_.desk.ring();
}

// Terms are bound when it was asked; the rules may name other channels by now.
void Nudges::warn_of_missing(const Approval& approval) const {
    for (const auto& name : approval.terms().escalate_to)
        if (!deps_.notifier.has(name))
            deps_.log.warn("an escalation names a channel that the rules no longer have: it is not told",
                           {{"approval", approval.id}, {"channel", name}});
}

}  // namespace tfy::notify
