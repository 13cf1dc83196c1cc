#include "server/calls/recovery.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "policy/call_words.hpp"
#include "policy/visible.hpp"
#include "server/calls/approval_answer.hpp"
#include "server/storage/state_dir.hpp"
#include "tools/text.hpp"

namespace tfy::calls {
namespace {

namespace asio = boost::asio;
using policy::Approval;

constexpr std::chrono::seconds between_looks{30};

Error nobody_can_know(const Approval& orphan, const std::string& why, const policy::Seals& seal) {
    return {Errc::ambiguous, "It is unknown whether " +
                                 policy::between_quotes(policy::headline(orphan, seal)) +
                                 " happened: the server's process ended while this call was running, and " +
                                 why + " List the access tokens there before anything else."};
}

}  // namespace

Recovery::Recovery(Rooms rooms, std::filesystem::path state_dir, tools::BaseUrl base_url, Timeouts patience)
    : deps_(rooms), state_dir_(std::move(state_dir)), base_url_(std::move(base_url)), patience_(patience) {}

Async<Result<void>> Recovery::start() {
    if (auto looked = co_await look(); !looked) co_return looked;
    asio::co_spawn(deps_.loop, keep_looking(), asio::detached);
    co_return Result<void>{};
}

Async<void> Recovery::keep_looking() {
    for (;;) {
        const auto woken = co_await deps_.desk.pause(between_looks);
        if (woken == approvals::Woken::draining) co_return;
        const auto looked = co_await look();
        if (!looked)
            deps_.log.warn("calls of ended processes could not be looked for",
                           {{"why", looked.error().message}});
    }
}

// A value is lost whatever this server's address. Without one nothing can be asked, and nothing is said of
// any call: it waits for one, or for a server that has one.
Async<Result<void>> Recovery::look() {
    if (auto ended = co_await deps_.desk.end_what_lost_its_value(); !ended) co_return ended;
    if (!base_url_.known()) co_return Result<void>{};
    auto recovery = co_await find();
    if (!recovery) co_return recovery.error();
    for (auto& orphan : *recovery)
        if (settling_.insert(orphan.id).second)
            asio::co_spawn(deps_.loop, settle_once(std::move(orphan)), asio::detached);
    co_return Result<void>{};
}

Async<void> Recovery::settle_once(Approval orphan) {
    const auto id = orphan.id;
    co_await settle(std::move(orphan));
    settling_.erase(id);
}

Async<Result<std::vector<Approval>>> Recovery::find() {
    auto executing = co_await deps_.desk.executing();
    if (executing)
        std::erase_if(*executing,
                      [this](const Approval& each) { return storage::alive(state_dir_, each.instance); });
    co_return executing;
}

Async<void> Recovery::settle(Approval orphan) {
    Result<tools::ToolResult> result =
        nobody_can_know(orphan, "this server failed to find it out.", deps_.desk.seals());
    try {
        auto found = co_await fate(orphan);
        if (!found) co_return;
        result = std::move(*found);
    } catch (const std::exception& bug) {
        deps_.log.error("a tool threw", {{"tool", orphan.call.tool}, {"what", bug.what()}});
    }
    const auto end = end_state(result);
    auto shown = result ? std::move(*result) : failed_outcome(result.error());
    tell_narrowing(shown, orphan, deps_.desk.seals());
    if (shown.is_error) shown.structured["approval_id"] = orphan.id;
    const auto settled = co_await deps_.desk.settle(orphan.id, end, outcome_of(shown));
    const Json fields = {
        {"approval", orphan.id}, {"tool", orphan.call.tool}, {"state", policy::to_string(end)}};
    if (settled)
        deps_.log.warn("a call that a process left running was settled", fields);
    else
        deps_.log.info("a call that a process left running was not settled here",
                       {{"approval", orphan.id}, {"why", settled.error().message}});
}

Async<Result<tools::ToolResult>> Recovery::ask(Approval orphan) {
    const auto* entry = deps_.catalog.find(orphan.call.tool);
    if (entry == nullptr || entry->changes == nullptr)
        co_return nobody_can_know(orphan, "this server has no such tool.", deps_.desk.seals());
    if (orphan.call.base_url != base_url_.now())
        co_return nobody_can_know(orphan,
                                  "it went to another control plane (" +
                                      tools::one_line(deps_.desk.seals(), orphan.call.base_url) +
                                      ") than the one that this server asks now.",
                                  deps_.desk.seals());
    if (auto sees = co_await sees_its_tokens(orphan); !sees) co_return sees.error();
    co_return co_await entry->changes->settle(orphan.call, orphan.facts, orphan.updated);
}

Async<Result<void>> Recovery::sees_its_tokens(Approval orphan) {
    if (!keys_) co_return Result<void>{};
    const auto begun = co_await deps_.desk.begun_with(orphan.id);
    if (!begun)
        co_return nobody_can_know(orphan, "with whose key it was begun could not be read.",
                                  deps_.desk.seals());
    if (!*begun) co_return Result<void>{};
    const auto holder = keys_(orphan.call.caller);
    const auto sees = co_await holder->sees_tokens_of(**begun);
    if (sees) co_return Result<void>{};
    auto unknown = nobody_can_know(
        orphan,
        sees.error().message +
            " Look at that user's tokens in TrueFoundry, or with a server that has a key of theirs.",
        deps_.desk.seals());
    unknown.data = sees.error().data;
    co_return unknown;
}

// None: this server stops before TrueFoundry can be read. The next one asks again.
Async<std::optional<Result<tools::ToolResult>>> Recovery::fate(Approval orphan) {
    const auto end = std::chrono::steady_clock::now() + patience_.in_all;
    for (auto pause = patience_.first_pause;; pause = std::min(pause * 2, patience_.longest_pause)) {
        auto result = co_await ask(orphan);
        const bool enough = std::chrono::steady_clock::now() + pause > end;
        if (result || !tools::is_unread(result.error()) || enough) co_return std::move(result);
        const auto woken = co_await deps_.desk.pause(pause);
        if (woken == approvals::Woken::draining) co_return std::nullopt;
    }
}

}  // namespace tfy::calls
