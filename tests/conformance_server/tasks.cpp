#include "tests/conformance_server/tasks.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ranges>

#include "policy/sealed_state.hpp"

namespace tfy::conformance {

namespace asio = boost::asio;
using mcp::MethodResult;
using mcp::Requester;
using protocol::Task;

namespace {

MethodResult created(const Requester& requester, const Task& task) {
    return {.result = protocol::write_created_task(task, requester.context.version), .result_type = "task"};
}

Async<void> wait(asio::steady_timer& timer) {
    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace

MethodResult Tasks::start(const Requester& requester, std::chrono::milliseconds time, Outcome outcome) {
    const auto entry = add(requester, std::move(outcome));
    entry->due.expires_after(time);
    asio::co_spawn(loop_, settle_when_due(entry), asio::detached);
    return created(requester, entry->task);
}

MethodResult Tasks::start_asking(const Requester& requester, Json requests, Json result) {
    const auto entry = add(requester, std::move(result));
    entry->task.input_requests = std::move(requests);
    entry->task.status = Task::Status::input_required;
    return created(requester, entry->task);
}

Tasks::EntryPtr Tasks::add(const Requester& requester, Outcome outcome) {
    const auto now = policy::format_time(clock_.now());
    const Task task{.id = policy::random_id(), .created = now, .updated = now, .poll_interval_ms = 100};
    const auto never = asio::steady_timer::time_point::max();
    entries_.push_back(
        std::make_shared<Entry>(Entry{task, requester.caller.principal, std::move(outcome),
                                      asio::steady_timer(loop_, never), asio::steady_timer(loop_, never)}));
    return entries_.back();
}

Result<Tasks::EntryPtr> Tasks::find(const Requester& requester, const std::string& id) const {
    const auto found = std::ranges::find_if(entries_, [&](const EntryPtr& entry) {
        return entry->task.id == id && entry->owner == requester.caller.principal;
    });
    if (found == entries_.end()) return protocol::unknown_task();
    return *found;
}

Async<void> Tasks::settle_when_due(EntryPtr entry) {
    co_await wait(entry->due);
    if (!protocol::is_over(entry->task.status)) settle(*entry);
}

void Tasks::settle(Entry& entry) {
    if (const auto* error = std::get_if<Error>(&entry.outcome)) {
        entry.task.error = *error;
        return change(entry, Task::Status::failed);
    }
    entry.task.result = std::get<Json>(entry.outcome);
    change(entry, Task::Status::completed);
}

void Tasks::change(Entry& entry, Task::Status status) {
    entry.task.status = status;
    entry.task.updated = policy::format_time(clock_.now());
    if (protocol::is_over(status)) {
        entry.due.cancel();
        entry.bell.cancel();
    }
    changes_.publish({mcp::Change::Of::task, entry.task.id});
}

Async<Result<Task>> Tasks::get(Requester& requester, std::string id) {
    const auto entry = find(requester, id);
    if (!entry) co_return entry.error();
    co_return (*entry)->task;
}

Async<Result<void>> Tasks::update(Requester& requester, protocol::UpdateTask update) {
    const auto found = find(requester, update.id);
    if (!found) co_return found.error();
    auto& entry = **found;
    if (entry.task.status != Task::Status::input_required) co_return Result<void>{};
    for (const auto& [key, _] : update.responses.items()) entry.task.input_requests.erase(key);
    if (entry.task.input_requests.empty())
        settle(entry);
    else
        change(entry, Task::Status::input_required);
    co_return Result<void>{};
}

Async<Result<void>> Tasks::cancel(Requester& requester, std::string id) {
    const auto entry = find(requester, id);
    if (!entry) co_return entry.error();
    if (!protocol::is_over((*entry)->task.status)) change(**entry, Task::Status::cancelled);
    co_return Result<void>{};
}

Async<Result<Tasks::Listed>> Tasks::list(Requester& requester, std::optional<std::string> cursor) {
    if (cursor) co_return Error{Errc::invalid_params, "There is one page of tasks: no cursor was given out."};
    Listed listed;
    for (const auto& entry : std::views::reverse(entries_))
        if (entry->owner == requester.caller.principal) listed.tasks.push_back(entry->task);
    co_return listed;
}

Async<Result<MethodResult>> Tasks::result(Requester& requester, std::string id) {
    const auto found = find(requester, id);
    if (!found) co_return found.error();
    const auto entry = *found;
    if (!protocol::is_over(entry->task.status)) co_await wait(entry->bell);
    if (entry->task.error) co_return *entry->task.error;
    if (entry->task.status == Task::Status::cancelled)
        co_return Error{Errc::cancelled, "This task was cancelled."};
    co_return MethodResult{.result = entry->task.result};
}

}  // namespace tfy::conformance
