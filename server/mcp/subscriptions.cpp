#include "server/mcp/subscriptions.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tfy::mcp {
namespace {

namespace asio = boost::asio;

bool hears(const protocol::NotificationFilter& filter, const Change& change) {
    switch (change.of) {
        case Change::Of::tools_list: return filter.tools_list_changed;
        case Change::Of::prompts_list: return filter.prompts_list_changed;
        case Change::Of::resources_list: return filter.resources_list_changed;
        case Change::Of::resource:
            return std::ranges::find(filter.resource_subscriptions, change.subject) !=
                   filter.resource_subscriptions.end();
        case Change::Of::task:
            return std::ranges::find(filter.task_ids, change.subject) != filter.task_ids.end();
    }
    return false;
}

}  // namespace

Subscriptions::Listener::Listener(Subscriptions& all, const asio::any_io_executor& loop,
                                  policy::Caller caller, protocol::NotificationFilter filter)
    : all_(all),
      caller_(std::move(caller)),
      filter_(std::move(filter)),
      bell_(loop, asio::steady_timer::time_point::max()) {
    all_.listeners_.push_back(this);
    if (all_.listeners_.size() == 1 && all_.on_wanted_) all_.on_wanted_();
}

Subscriptions::Listener::~Listener() { std::erase(all_.listeners_, this); }

Async<std::optional<Change>> Subscriptions::Listener::next() {
    while (waiting_.empty() && !all_.draining_) {
        boost::system::error_code woken;
        co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (waiting_.empty()) co_return std::nullopt;
    std::optional<Change> first = std::move(waiting_.front());
    waiting_.pop_front();
    co_return first;
}

void Subscriptions::Listener::listen_to(protocol::NotificationFilter filter) {
    filter_ = std::move(filter);
    std::erase_if(waiting_, [this](const Change& change) { return !hears(filter_, change); });
}

void Subscriptions::publish(const Change& change, const Concerns& concerns) {
    for (auto* listener : listeners_) {
        if (concerns && !concerns(listener->caller_)) continue;
        const auto& waiting = listener->waiting_;
        if (!hears(listener->filter_, change) || std::ranges::find(waiting, change) != waiting.end())
            continue;
        listener->waiting_.push_back(change);
        listener->bell_.cancel();
    }
}

void Subscriptions::drain() {
    draining_ = true;
    for (auto* listener : listeners_) listener->bell_.cancel();
}

bool Subscriptions::waits_for_task(const std::string& id, const std::string& principal) const {
    return std::ranges::any_of(listeners_, [&](const Listener* listener) {
        return listener->caller_.principal == principal &&
               std::ranges::find(listener->filter_.task_ids, id) != listener->filter_.task_ids.end();
    });
}

Told tell(const Change& change) {
    switch (change.of) {
        case Change::Of::tools_list: return {"notifications/tools/list_changed", Json::object()};
        case Change::Of::prompts_list: return {"notifications/prompts/list_changed", Json::object()};
        case Change::Of::resources_list: return {"notifications/resources/list_changed", Json::object()};
        case Change::Of::resource: return {"notifications/resources/updated", {{"uri", change.subject}}};
        case Change::Of::task: break;
    }
    return {};
}

}  // namespace tfy::mcp
