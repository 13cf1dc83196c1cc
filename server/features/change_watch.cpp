#include "server/features/change_watch.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "server/features/uris.hpp"

namespace tfy::features {
namespace {

namespace asio = boost::asio;
using policy::Approval;
using State = Approval::State;

/// An approval concerns the principal that asked for it.
mcp::Subscriptions::Concerns asker_of(const Approval& approval) {
    return [principal = approval.call.caller.principal](const policy::Caller& caller) {
        return caller.principal == principal;
    };
}

}  // namespace

ChangeWatch::ChangeWatch(Rooms rooms, std::chrono::milliseconds patience)
    : deps_(rooms), patience_(patience) {
    deps_.subscriptions.on_wanted([this] { begin(); });
}

ChangeWatch::~ChangeWatch() { deps_.subscriptions.on_wanted({}); }

void ChangeWatch::begin() {
    if (watching_) return;
    watching_ = true;
    asio::co_spawn(deps_.loop, watch(), asio::detached);
}

Async<void> ChangeWatch::watch() {
    const std::unique_ptr<ChangeWatch, void (*)(ChangeWatch*)> end(this, [](ChangeWatch* watch) {
        watch->open_.clear();
        watch->watching_ = false;
    });
    bool first = true;
    auto seen = deps_.desk.revision();
    const auto over = [this] { return !deps_.subscriptions.wanted() || deps_.desk.draining(); };
    while (!over()) {
        if (first || deps_.desk.revision() != seen || anything_late()) {
            seen = deps_.desk.revision();
            co_await look(first);
            first = false;
        }
        begin_approved();
        if (over()) break;
        const auto woken = co_await deps_.desk.wait_revision(seen, patience_);
        if (woken == approvals::Woken::draining) break;
    }
}

bool ChangeWatch::anything_late() const {
    return std::ranges::any_of(open_, [now = deps_.clock.now()](const auto& each) {
        return policy::lapse(each.second, now).state() != each.second.state();
    });
}

// The first look tells nothing: it is what later ones are compared with.
Async<void> ChangeWatch::look(bool first) {
    auto listed = co_await deps_.desk.list(true);
    if (!listed) {
        deps_.log.warn("changes could not be read", {{"why", listed.error().message}});
        co_return;
    }
    Open now;
    for (auto& approval : *listed) {
        auto id = approval.id;
        now.emplace(std::move(id), std::move(approval));
    }
    const auto before = std::exchange(open_, std::move(now));
    if (first) co_return;
    for (const auto& [id, approval] : open_) {
        const auto known = before.find(id);
        if (known == before.end())
            deps_.subscriptions.publish({mcp::Change::Of::resources_list}, asker_of(approval));
        if (known == before.end() || known->second.state() != approval.state()) tell_changed(approval);
    }
    for (const auto& [id, approval] : before) {
        if (open_.contains(id)) continue;
        const auto ended = co_await deps_.desk.find(id);
        if (ended) tell_ended(*ended);
    }
}

void ChangeWatch::tell_changed(const Approval& approval) {
    const auto asker = asker_of(approval);
    deps_.subscriptions.publish({mcp::Change::Of::task, approval.id}, asker);
    deps_.subscriptions.publish({mcp::Change::Of::resource, uris::approval(approval.id)}, asker);
}

void ChangeWatch::tell_ended(const Approval& approval) {
    tell_changed(approval);
    deps_.subscriptions.publish({mcp::Change::Of::resources_list}, asker_of(approval));
    // An unknown end may have changed what the call is about, too.
    if (approval.state() != State::succeeded && approval.state() != State::unknown) return;
    const auto sees_it = [this, &approval](const policy::Caller& caller) {
        return !deps_.share_key || deps_.share_key(caller, approval.call.caller);
    };
    for (auto& uri : deps_.calls.touched(approval))
        deps_.subscriptions.publish({mcp::Change::Of::resource, std::move(uri)}, sees_it);
}

void ChangeWatch::begin_approved() {
    for (const auto& [id, approval] : open_) {
        if (approval.state() != State::approved) continue;
        if (!deps_.subscriptions.waits_for_task(id, approval.call.caller.principal)) continue;
        if (deps_.calls.may_be_task(approval.call.tool)) deps_.calls.carry_out(approval, {});
    }
}

}  // namespace tfy::features
