// Tasks, in both dialects: the extension io.modelcontextprotocol/tasks of 2026-07-28, and the tasks of
// 2025-11-25.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/message.hpp"
#include "protocol/page.hpp"
#include "protocol/version.hpp"

namespace tfy::protocol {

struct Task {
    enum class Status { working, input_required, completed, failed, cancelled };

    std::string id;
    Status status = Status::working;
    std::string message = {};                 // statusMessage; empty: left out
    std::string created;                      // RFC 3339
    std::string updated;                      // RFC 3339
    std::optional<std::int64_t> ttl_ms = {};  // from `created`; nullopt: kept without limit
    std::optional<std::int64_t> poll_interval_ms = {};
    Json input_requests = Json::object();  // input_required: key → {method, params}, modern only
    Json result = Json::object();          // completed: the result of the request that the task stands for
    std::optional<Error> error = {};       // failed: the JSON-RPC error of that request
};

std::string_view to_string(Task::Status status);
/// completed, failed or cancelled.
bool is_over(Task::Status status);

/// CreateTaskResult: the task itself (modern, with resultType "task", see modern_result), or {task: …}
/// (2025-11-25).
Json write_created_task(const Task& task, Version version);
/// What tasks/get answers: modern with input requests, result (with its own resultType) or error inline;
/// 2025-11-25 without.
Json write_task(const Task& task, Version version);
/// Params of notifications/tasks (modern) or notifications/tasks/status (2025-11-25): as write_task.
std::string_view task_notification(Version version);
/// {tasks: […], nextCursor?} (2025-11-25).
Json write_task_list(const std::vector<Task>& tasks, const std::optional<std::string>& next_cursor,
                     Version version);
/// Puts `_meta` io.modelcontextprotocol/related-task into params or a result that belongs to a task
/// (2025-11-25).
Json related_to_task(Json message, std::string_view task_id);

/// `params.taskId`. Errc::invalid_params if missing, no string, or longer than 200 bytes.
Result<std::string> read_task_id(const Json& params);

struct UpdateTask {
    std::string id;
    Json responses;  // key → the client's result; whatever its keys are
};
/// Params of tasks/update. Errc::invalid_params for missing or mis-typed members.
Result<UpdateTask> read_update_task(const Json& params);

/// `params.task` of a request of 2025-11-25 that wants to become a task.
struct TaskWish {
    std::optional<std::int64_t> ttl_ms = {};
};
Result<std::optional<TaskWish>> read_task_wish(const Json& params);

/// Errc::missing_capability with data {requiredCapabilities: {extensions: {io.modelcontextprotocol/tasks:
/// {}}}}.
Error tasks_required();
/// Errc::invalid_params: the id is not echoed.
Error unknown_task();

}  // namespace tfy::protocol
