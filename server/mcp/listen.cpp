// Telling clients what has changed: subscriptions/listen (modern), and what legacy clients hear of on their
// stream.
#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <memory>

#include "server/mcp/dispatch.hpp"

namespace tfy::mcp {
namespace {

using protocol::NotificationFilter;
using protocol::Request;

constexpr std::size_t legacy_subscriptions = 1000;

}  // namespace

/// The part of `filter` that this server can keep: what it offers, and what this caller may know.
Async<NotificationFilter> Dispatch::honoured(Requester& requester, NotificationFilter filter) {
    const auto& offered = server_.capabilities;
    filter.tools_list_changed &= offered.tools_change;
    filter.prompts_list_changed &= offered.prompts_change;
    filter.resources_list_changed &= offered.resources_change;
    std::vector<std::string> uris;
    for (auto& uri : filter.resource_subscriptions)
        if (offered.subscribe && features_.resources != nullptr) {
            const bool may = co_await features_.resources->may_watch(requester, uri);
            if (may) uris.push_back(uri);
        }
    filter.resource_subscriptions = std::move(uris);
    std::vector<std::string> tasks;
    for (auto& id : filter.task_ids) {
        if (features_.tasks == nullptr) break;
        const auto task = co_await features_.tasks->get(requester, id);
        if (task) tasks.push_back(id);
    }
    filter.task_ids = std::move(tasks);
    co_return filter;
}

Async<Result<MethodResult>> Dispatch::listen(Requester& requester, const Request& request) {
    auto filter = protocol::read_listen(request.params);
    if (!filter) co_return filter.error();
    if (!filter->task_ids.empty() && !requester.context.capabilities.tasks)
        co_return protocol::tasks_required();
    if (!requester.outbox.streams())
        co_return Error{Errc::invalid_request,
                        "subscriptions/listen is answered with a stream: accept text/event-stream, too."};
    const auto place = listens_.take(requester.caller.principal);
    if (!place)
        co_return Error{
            Errc::rate_limited,
            "You have as many streams open as this server allows one caller. End one first, or ask "
            "the operator for more (--caller-streams)."};
    auto kept = co_await honoured(requester, std::move(*filter));
    Subscriptions::Listener listener(subscriptions_, co_await boost::asio::this_coro::executor,
                                     requester.caller, kept);
    const auto ready = co_await requester.outbox.expect_wait();
    if (!ready) co_return ready.error();
    const auto acknowledged =
        protocol::write_notification("notifications/subscriptions/acknowledged",
                                     protocol::write_acknowledged(listener.filter(), request.id));
    const auto sent = co_await requester.outbox.send(redaction_.seal(acknowledged));
    if (!sent) co_return sent.error();
    for (const auto& id : kept.task_ids) {  // what ended before it was listened to would never be told
        const Change now{Change::Of::task, id};
        const auto told = co_await tell(now, requester, request.id);
        if (!told) co_return told.error();
    }
    const auto told = co_await tell_changes(listener, requester, request.id);
    if (!told) co_return told.error();
    co_return MethodResult{.result = protocol::of_subscription(Json::object(), request.id)};
}

Async<Result<void>> Dispatch::tell_changes(Subscriptions::Listener& listener, Requester& requester,
                                           const std::optional<protocol::RequestId>& subscription) {
    for (;;) {
        const auto change = co_await listener.next();
        if (!change) co_return Result<void>{};
        const auto told = co_await tell(*change, requester, subscription);
        if (!told) co_return told.error();
    }
}

Async<Result<void>> Dispatch::tell(const Change& change, Requester& requester,
                                   const std::optional<protocol::RequestId>& subscription) {
    auto told = mcp::tell(change);
    if (change.of == Change::Of::task) {
        const auto version = requester.context.version;
        const auto task = co_await features_.tasks->get(requester, change.subject);
        if (!task) co_return Result<void>{};  // gone meanwhile: nothing to tell
        told = {protocol::task_notification(version), protocol::write_task(*task, version)};
    }
    if (subscription) told.params = protocol::of_subscription(std::move(told.params), *subscription);
    const auto note = protocol::write_notification(told.method, std::move(told.params));
    co_return co_await requester.outbox.send(redaction_.seal(note));
}

NotificationFilter Dispatch::legacy_filter(const LegacyState& state) const {
    const auto& offered = server_.capabilities;
    return {.tools_list_changed = offered.tools_change,
            .prompts_list_changed = offered.prompts_change,
            .resources_list_changed = offered.resources_change,
            .resource_subscriptions = {state.subscriptions.begin(), state.subscriptions.end()}};
}

Async<Result<MethodResult>> Dispatch::subscribe(Requester& requester, const Request& request) {
    auto uri = protocol::read_subscribed_uri(request.params);
    if (!uri) co_return uri.error();
    if (!co_await features_.resources->may_watch(requester, *uri))
        co_return protocol::resource_not_found(*uri);
    auto& state = *requester.legacy;
    if (state.subscriptions.size() >= legacy_subscriptions)
        co_return Error{Errc::rate_limited,
                        "You have subscribed to too many resources. Unsubscribe from one first."};
    state.subscriptions.insert(std::move(*uri));
    if (state.listener != nullptr) state.listener->listen_to(legacy_filter(state));
    co_return MethodResult{};
}

Async<Result<MethodResult>> Dispatch::unsubscribe(Requester& requester, const Request& request) {
    auto uri = protocol::read_subscribed_uri(request.params);
    if (!uri) co_return uri.error();
    auto& state = *requester.legacy;
    state.subscriptions.erase(*uri);
    if (state.listener != nullptr) state.listener->listen_to(legacy_filter(state));
    co_return MethodResult{};
}

}  // namespace tfy::mcp
