// Tasks as they travel, in both dialects.
#include "protocol/task.hpp"

#include <cmath>
#include <limits>

#include "protocol/member.hpp"
#include "protocol/meta.hpp"

namespace tfy::protocol {
namespace {

constexpr std::size_t longest_id = 200;

/// What both dialects know of a task; they differ in the names of two members only.
Json write_state(const Task& task, Version version) {
    const bool modern = is_modern(version);
    Json out = {{"taskId", task.id},
                {"status", to_string(task.status)},
                {"createdAt", task.created},
                {"lastUpdatedAt", task.updated},
                {modern ? "ttlMs" : "ttl", nullptr}};
    if (task.ttl_ms) out[modern ? "ttlMs" : "ttl"] = *task.ttl_ms;
    if (task.poll_interval_ms) out[modern ? "pollIntervalMs" : "pollInterval"] = *task.poll_interval_ms;
    if (!task.message.empty()) out["statusMessage"] = task.message;
    return out;
}

Result<std::optional<std::int64_t>> read_ttl(const Json& wish) {
    const auto* ttl = find_member(wish, "ttl");
    // null asks for no limit, which is no wish.
    if (ttl == nullptr || ttl->is_null()) return std::optional<std::int64_t>();
    // JSON Schema calls 60000.0 an integer.
    constexpr double largest_exact = 9'007'199'254'740'991.0;
    if (ttl->is_number_float() && ttl->get<double>() >= 0 && ttl->get<double>() <= largest_exact &&
        ttl->get<double>() == std::trunc(ttl->get<double>()))
        return std::optional(static_cast<std::int64_t>(ttl->get<double>()));
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    // A negative one is an integer, too, but not an unsigned one.
    if (!ttl->is_number_unsigned() || ttl->get<std::uint64_t>() > most)
        return mistyped("params.task.ttl", "a number of milliseconds, whole and not negative");
    return std::optional(ttl->get<std::int64_t>());
}

}  // namespace

std::string_view to_string(Task::Status status) {
    switch (status) {
        case Task::Status::working: return "working";
        case Task::Status::input_required: return "input_required";
        case Task::Status::completed: return "completed";
        case Task::Status::failed: return "failed";
        case Task::Status::cancelled: return "cancelled";
    }
    return {};
}

bool is_over(Task::Status status) {
    return status == Task::Status::completed || status == Task::Status::failed ||
           status == Task::Status::cancelled;
}

Json write_created_task(const Task& task, Version version) {
    auto state = write_state(task, version);
    return is_modern(version) ? state : Json{{"task", std::move(state)}};
}

Json write_task(const Task& task, Version version) {
    auto out = write_state(task, version);
    if (!is_modern(version)) return out;
    if (task.status == Task::Status::input_required) out["inputRequests"] = task.input_requests;
    if (task.status == Task::Status::completed) {
        out["result"] = task.result;
        if (task.result.is_object() && !task.result.contains("resultType"))
            out["result"]["resultType"] = "complete";
    }
    // A failed task must say how: one that does not know failed for an inner reason.
    if (task.status == Task::Status::failed)
        out["error"] =
            write_error_object(task.error.value_or(Error{Errc::internal, "The task failed."}), false);
    return out;
}

std::string_view task_notification(Version version) {
    return is_modern(version) ? "notifications/tasks" : "notifications/tasks/status";
}

Json write_task_list(const std::vector<Task>& tasks, const std::optional<std::string>& next_cursor,
                     Version version) {
    Page page{{}, next_cursor};
    for (const auto& task : tasks) page.items.push_back(write_state(task, version));
    return write_page("tasks", std::move(page), false, not_at_all);
}

Json related_to_task(Json message, std::string_view task_id) {
    message["_meta"]["io.modelcontextprotocol/related-task"] = {{"taskId", task_id}};
    return message;
}

Result<std::string> read_task_id(const Json& params) {
    auto id = read_string(params, "params", "taskId");
    if (id && id->size() > longest_id) return mistyped("params.taskId", "of at most 200 bytes");
    return id;
}

Result<UpdateTask> read_update_task(const Json& params) {
    auto id = read_task_id(params);
    if (!id) return id.error();
    const auto* responses = find_member(params, "inputResponses");
    if (responses == nullptr || !responses->is_object())
        return mistyped("params.inputResponses", "an object");
    return UpdateTask{std::move(*id), *responses};
}

Result<std::optional<TaskWish>> read_task_wish(const Json& params) {
    const auto wish = read_optional_object(params, "params", "task");
    if (!wish) return wish.error();
    if (*wish == nullptr) return std::optional<TaskWish>();
    const auto ttl = read_ttl(**wish);
    if (!ttl) return ttl.error();
    return std::optional(TaskWish{*ttl});
}

Error tasks_required() {
    return {
        Errc::missing_capability,
        "This needs a client that declares the extension io.modelcontextprotocol/tasks. Nothing was done.",
        {{"requiredCapabilities", ClientCapabilities{.tasks = true}.json()}}};
}

Error unknown_task() { return {Errc::invalid_params, "No task of yours has this id. Nothing was done."}; }

}  // namespace tfy::protocol
