#include "server/approvals/orphans.hpp"

#include "server/approvals/approval_text.hpp"
#include "server/storage/state_dir.hpp"
#include "tools/text.hpp"

namespace tfy::server {
namespace {

using policy::Approval;

Error nobody_can_know(const Approval& orphan, const std::string& why) {
    return {Errc::ambiguous, "Nobody knows whether " + orphan.call.tool + " for " +
                                 tools::in_quotes(orphan.facts.subject) +
                                 " happened: the server's process ended while this call was running, and " +
                                 why + " List the access tokens there before anything else."};
}

}  // namespace

Orphans::Orphans(Rooms rooms, std::filesystem::path state_dir, std::string base_url)
    : rooms_(rooms), state_dir_(std::move(state_dir)), base_url_(std::move(base_url)) {}

Async<Result<std::vector<Approval>>> Orphans::find() {
    auto executing = co_await rooms_.desk.executing();
    if (executing)
        std::erase_if(*executing, [this](const Approval& each) { return alive(state_dir_, each.instance); });
    co_return executing;
}

Async<void> Orphans::settle(Approval orphan) {
    Result<tools::ToolResult> result = nobody_can_know(orphan, "this server failed to find it out.");
    try {
        result = co_await fate(orphan);
    } catch (const std::exception& bug) {
        rooms_.log.error("a tool threw", {{"tool", orphan.call.tool}, {"what", bug.what()}});
    }
    const auto end = end_state(result);
    auto shown = result ? std::move(*result) : failure(result.error());
    tell_narrowing(shown, orphan);
    if (shown.is_error) shown.structured["approval_id"] = orphan.id;
    const auto settled = co_await rooms_.desk.settle(orphan.id, end, outcome_of(shown));
    const Json fields = {
        {"approval", orphan.id}, {"tool", orphan.call.tool}, {"state", policy::to_string(end)}};
    if (settled)
        rooms_.log.warn("a call that a process left running was settled", fields);
    else
        rooms_.log.info("a call that a process left running was not settled here",
                        {{"approval", orphan.id}, {"why", settled.error().message}});
}

Async<Result<tools::ToolResult>> Orphans::fate(Approval orphan) {
    const auto* entry = rooms_.catalog.find(orphan.call.tool);
    if (entry == nullptr) co_return nobody_can_know(orphan, "this server has no such tool.");
    if (orphan.call.base_url != base_url_)
        co_return nobody_can_know(orphan, "it went to another control plane (" +
                                              tools::one_line(orphan.call.base_url) +
                                              ") than the one that this server asks now.");
    co_return co_await entry->tool->settle(orphan.call, orphan.facts, orphan.updated);
}

}  // namespace tfy::server
