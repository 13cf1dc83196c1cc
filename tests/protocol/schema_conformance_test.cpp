// What the features write, against MCP's own JSON Schemas of all four revisions: capabilities, prompts,
// resources, completions, logging, subscriptions, tasks.
#include <doctest/doctest.h>

#include "protocol/completion.hpp"
#include "protocol/content.hpp"
#include "protocol/elicitation.hpp"
#include "protocol/logging.hpp"
#include "protocol/prompt.hpp"
#include "protocol/resource.hpp"
#include "protocol/subscription.hpp"
#include "protocol/task.hpp"
#include "protocol/tool.hpp"
#include "tests/protocol/wire.hpp"

namespace tfy::protocol {
namespace {

using wire::sent;
using wire::Wire;

ServerInfo able_server() {
    auto info = wire::server();
    info.capabilities = {true, true, true, true, true, true, true, true, true, true};
    return info;
}

std::vector<ResourceContents> contents() {
    return {{"tfy://approvals/1", "text/plain", "waiting"}, {"tfy://logo", "image/png", Base64{"AA=="}}};
}

Json prompt() {
    return Json::parse(R"({"name":"rotate","title":"Rotate","description":"Rotates.",
        "icons":[{"src":"data:image/png;base64,AA=="}],
        "arguments":[{"name":"token","title":"Token","description":"Which.","required":true}]})");
}

Json resource() {
    return Json::parse(R"({"uri":"tfy://approvals/1","name":"a","title":"A","description":"d","size":3,
        "mimeType":"text/plain","annotations":{"audience":["user"],"priority":1},
        "icons":[{"src":"data:image/png;base64,AA=="}]})");
}

Json resource_template() {
    return Json::parse(R"({"uriTemplate":"tfy://approvals/{id}","name":"a","title":"A","description":"d",
        "mimeType":"text/plain","icons":[{"src":"data:image/png;base64,AA=="}]})");
}

Task task(Task::Status status, bool kept_for_ever) {
    Task made{.id = "t-1",
              .status = status,
              .message = kept_for_ever ? "" : "waiting",
              .created = "2026-11-24T12:00:00Z",
              .updated = "2026-11-24T12:01:00Z"};
    if (!kept_for_ever) made.ttl_ms = made.poll_interval_ms = 5'000;
    made.input_requests = {
        {"q",
         {{"method", "elicitation/create"},
          {"params", write_url("Open it.", "https://x.example/1", "", Version::v2026_07_28)}}}};
    made.result = write_tool_result("Done.", {{"id", "a"}}, false, Version::v2026_07_28);
    made.error = Error{Errc::internal, "no", {{"x", 1}}};
    return made;
}

void check_capabilities(const Wire& wire) {
    for (const auto& server : {able_server(), wire::server()}) {
        wire.check("ServerCapabilities", server.capabilities.json(wire.version));
        if (wire.modern()) wire.check("DiscoverResult", sent(wire, write_discover(server)));
        if (!wire.modern())
            wire.check("InitializeResult", write_initialize({wire.version, {"c", "1"}, {}}, server));
    }
    if (wire.version < Version::v2025_06_18) return;
    wire.check("ClientCapabilities", ClientCapabilities{true, true, true, true, true}.json());
}

void check_prompts(const Wire& wire) {
    wire.check("ListPromptsResult",
               sent(wire, write_page("prompts", {{write_prompt(prompt(), wire.version)}, "c1"}, wire.modern(),
                                     for_an_hour)));
    const std::vector<PromptMessage> messages = {{true, text_content("hi")},
                                                 {false, image_content({"AA=="}, "image/png")},
                                                 {true, audio_content({"AA=="}, "audio/wav")},
                                                 {false, embedded_resource(contents()[0])},
                                                 {true, embedded_resource(contents()[1])}};
    wire.check("GetPromptResult", sent(wire, write_prompt_result("d", messages)));
    wire.check("GetPromptResult", sent(wire, write_prompt_result("", {})));
    std::vector<Json> blocks;
    for (const auto& message : messages) blocks.push_back(message.content);
    wire.check("CallToolResult", sent(wire, write_tool_result(blocks, nullptr, false, wire.version)));
}

void check_resources(const Wire& wire) {
    wire.check("ListResourcesResult",
               sent(wire, write_page("resources", {{write_resource(resource(), wire.version)}}, wire.modern(),
                                     not_at_all)));
    wire.check(
        "ListResourceTemplatesResult",
        sent(wire, write_page("resourceTemplates", {{write_resource(resource_template(), wire.version)}},
                              wire.modern(), for_an_hour)));
    wire.check("ReadResourceResult", sent(wire, write_read_resource(contents(), wire.version, not_at_all)));
    const char* const error = wire.version >= Version::v2025_11_25 ? "JSONRPCErrorResponse" : "JSONRPCError";
    wire.check(error, write_error(RequestId(1), resource_not_found("tfy://x"), !wire.modern()));
}

void check_completions_and_logging(const Wire& wire) {
    wire.check("CompleteResult", sent(wire, write_completion(std::vector<std::string>(120, "x"), 120)));
    wire.check("CompleteResult", sent(wire, write_completion({}, 0)));
    for (const auto* logger : {"approvals", ""}) {
        const auto params = write_log_message(LogLevel::emergency, logger, {{"id", 1}});
        wire.check("LoggingMessageNotification", write_notification("notifications/message", params));
    }
}

void check_subscriptions(const Wire& wire) {
    if (!wire.modern()) return;
    const NotificationFilter filter{true, true, true, {"x://a"}, {"t-1"}};
    wire.check("SubscriptionFilter", filter.json());
    wire.check("SubscriptionsAcknowledgedNotificationParams", write_acknowledged(filter, RequestId(1)));
    wire.check("SubscriptionsListenResult", of_subscription(sent(wire, Json::object()), RequestId("s")));
    wire.check("ResourceUpdatedNotificationParams", of_subscription({{"uri", "x://a"}}, RequestId(1)));
}

void check_tasks_of_2025(const Wire& wire, const Task& task) {
    wire.check("CreateTaskResult", write_created_task(task, wire.version));
    for (const auto* name : {"GetTaskResult", "CancelTaskResult", "TaskStatusNotificationParams", "Task"})
        wire.check(name, write_task(task, wire.version));
    wire.check("TaskStatusNotification",
               write_notification(task_notification(wire.version), write_task(task, wire.version)));
    wire.check("ListTasksResult", write_task_list({task, task}, "c1", wire.version));
    wire.check("CallToolResult",
               related_to_task(write_tool_result("x", nullptr, false, wire.version), task.id));
    wire.check("RelatedTaskMetadata",
               related_to_task({}, task.id)["_meta"]["io.modelcontextprotocol/related-task"]);
}

/// The extension's own types are not in the schema; what they hold is.
void check_modern_tasks(const Wire& wire, const Task& task) {
    wire.check("Result", sent(wire, write_created_task(task, wire.version), "task"));
    const auto written = write_task(task, wire.version);
    wire.check("Result", sent(wire, written));
    if (written.contains("result")) wire.check("CallToolResult", written["result"]);
    if (written.contains("error")) wire.check("Error", written["error"]);
    if (written.contains("inputRequests")) wire.check("InputRequests", written["inputRequests"]);
    wire.check("MissingRequiredClientCapabilityError", write_error(RequestId(1), tasks_required(), false));
    wire.check("InvalidParamsError", write_error_object(unknown_task(), false));
    wire.check("InvalidParamsError", write_error_object(resource_not_found("tfy://x"), false));
}

void check_tasks(const Wire& wire) {
    using enum Task::Status;
    for (const auto status : {working, input_required, completed, failed, cancelled})
        for (const bool kept_for_ever : {false, true}) {
            if (wire.modern()) check_modern_tasks(wire, task(status, kept_for_ever));
            if (wire.version == Version::v2025_11_25) check_tasks_of_2025(wire, task(status, kept_for_ever));
        }
}

}  // namespace

TEST_CASE("what the features write satisfies the JSON Schema of each revision") {
    wire::for_each_revision([](const Wire& wire) {
        check_capabilities(wire);
        check_prompts(wire);
        check_resources(wire);
        check_completions_and_logging(wire);
        check_subscriptions(wire);
        check_tasks(wire);
    });
}

TEST_CASE("a modern answer that may be kept must say for how long: the schema insists") {
    const Wire wire(Version::v2026_07_28);
    if (!wire.present()) {
        MESSAGE("skipped: no MCP schemas in '" << wire::schema_folder().string() << "'");
        return;
    }
    struct Row {
        const char* definition;
        Json result;
    };
    const Row rows[] = {
        {"ListToolsResult", write_page("tools", {}, true, for_an_hour)},
        {"ListPromptsResult", write_page("prompts", {}, true, for_an_hour)},
        {"ListResourcesResult", write_page("resources", {}, true, for_an_hour)},
        {"ListResourceTemplatesResult", write_page("resourceTemplates", {}, true, for_an_hour)},
        {"ReadResourceResult", write_read_resource({}, wire.version, not_at_all)},
        {"DiscoverResult", write_discover(wire::server())},
    };
    for (const auto& row : rows)
        for (const auto* hint : {"ttlMs", "cacheScope"}) {
            CAPTURE(row.definition);
            CAPTURE(hint);
            auto result = sent(wire, row.result);
            wire.check(row.definition, result);
            result.erase(hint);
            CHECK_FALSE(wire.fits(row.definition, result).has_value());
        }
}

}  // namespace tfy::protocol
