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

namespace tfy::protocol::schema_conformance_test {
namespace {

using wire::sent;
using wire::Wire;

protocol::ServerInfo able_server() {
    auto info = wire::server();
    info.capabilities = {true, true, true, true, true, true, true, true, true, true};
    return info;
}

std::vector<protocol::ResourceContents> contents() {
    return {{"tfy://approvals/1", "text/plain", "waiting"},
            {"tfy://logo", "image/png", protocol::Base64{"AA=="}}};
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

protocol::Task task(protocol::Task::Status status, bool kept_for_ever) {
    protocol::Task made{.id = "t-1",
                        .status = status,
                        .message = kept_for_ever ? "" : "waiting",
                        .created = "2026-11-24T12:00:00Z",
                        .updated = "2026-11-24T12:01:00Z"};
    if (!kept_for_ever) made.ttl_ms = made.poll_interval_ms = 5'000;
    made.input_requests = {{"q",
                            {{"method", "elicitation/create"},
                             {"params", protocol::write_url("Open it.", "https://x.example/1", "",
                                                            protocol::Version::v2026_07_28)}}}};
    made.result = protocol::write_tool_result("Done.", {{"id", "a"}}, false, protocol::Version::v2026_07_28);
    made.error = protocol::Error{protocol::Errc::internal, "no", {{"x", 1}}};
    return made;
}

void check_capabilities(const Wire& wire) {
    for (const auto& server : {able_server(), wire::server()}) {
        wire.check("ServerCapabilities", server.capabilities.json(wire.version));
        if (wire.modern()) wire.check("DiscoverResult", sent(wire, protocol::write_discover(server)));
        if (!wire.modern())
            wire.check("InitializeResult",
                       protocol::write_initialize({wire.version, {"c", "1"}, {}}, server));
    }
    if (wire.version < protocol::Version::v2025_06_18) return;
    wire.check("ClientCapabilities", protocol::ClientCapabilities{true, true, true, true, true}.json());
}

void check_prompts(const Wire& wire) {
    wire.check(
        "ListPromptsResult",
        sent(wire, protocol::write_page("prompts", {{protocol::write_prompt(prompt(), wire.version)}, "c1"},
                                        wire.modern(), for_an_hour)));
    const std::vector<protocol::PromptMessage> messages = {
        {true, protocol::text_content("hi")},
        {false, protocol::image_content({"AA=="}, "image/png")},
        {true, protocol::audio_content({"AA=="}, "audio/wav")},
        {false, protocol::embedded_resource(contents()[0])},
        {true, protocol::embedded_resource(contents()[1])}};
    wire.check("GetPromptResult", sent(wire, protocol::write_prompt_result("d", messages)));
    wire.check("GetPromptResult", sent(wire, protocol::write_prompt_result("", {})));
    std::vector<Json> blocks;
    for (const auto& message : messages) blocks.push_back(message.content);
    wire.check("CallToolResult",
               sent(wire, protocol::write_tool_result(blocks, nullptr, false, wire.version)));
}

void check_resources(const Wire& wire) {
    wire.check(
        "ListResourcesResult",
        sent(wire, protocol::write_page("resources", {{protocol::write_resource(resource(), wire.version)}},
                                        wire.modern(), not_at_all)));
    wire.check(
        "ListResourceTemplatesResult",
        sent(wire, protocol::write_page("resourceTemplates",
                                        {{protocol::write_resource(resource_template(), wire.version)}},
                                        wire.modern(), for_an_hour)));
    wire.check("ReadResourceResult",
               sent(wire, protocol::write_read_resource(contents(), wire.version, not_at_all)));
    const char* const error =
        wire.version >= protocol::Version::v2025_11_25 ? "JSONRPCErrorResponse" : "JSONRPCError";
    wire.check(error, protocol::write_error(protocol::RequestId(1), protocol::resource_not_found("tfy://x"),
                                            !wire.modern()));
}

void check_completions_and_logging(const Wire& wire) {
    wire.check("CompleteResult",
               sent(wire, protocol::write_completion(std::vector<std::string>(120, "x"), 120)));
    wire.check("CompleteResult", sent(wire, protocol::write_completion({}, 0)));
    for (const auto* logger : {"approvals", ""}) {
        const auto params = protocol::write_log_message(protocol::LogLevel::emergency, logger, {{"id", 1}});
        wire.check("LoggingMessageNotification",
                   protocol::write_notification("notifications/message", params));
    }
}

void check_subscriptions(const Wire& wire) {
    if (!wire.modern()) return;
    const protocol::NotificationFilter filter{true, true, true, {"x://a"}, {"t-1"}};
    wire.check("SubscriptionFilter", filter.json());
    wire.check("SubscriptionsAcknowledgedNotificationParams",
               protocol::write_acknowledged(filter, protocol::RequestId(1)));
    wire.check("SubscriptionsListenResult",
               protocol::of_subscription(sent(wire, Json::object()), protocol::RequestId("s")));
    wire.check("ResourceUpdatedNotificationParams",
               protocol::of_subscription({{"uri", "x://a"}}, protocol::RequestId(1)));
}

void check_tasks_of_2025(const Wire& wire, const protocol::Task& task) {
    wire.check("CreateTaskResult", protocol::write_created_task(task, wire.version));
    for (const auto* name : {"GetTaskResult", "CancelTaskResult", "TaskStatusNotificationParams", "Task"})
        wire.check(name, protocol::write_task(task, wire.version));
    wire.check("TaskStatusNotification",
               protocol::write_notification(protocol::task_notification(wire.version),
                                            protocol::write_task(task, wire.version)));
    wire.check("ListTasksResult", protocol::write_task_list({task, task}, "c1", wire.version));
    wire.check(
        "CallToolResult",
        protocol::related_to_task(protocol::write_tool_result("x", nullptr, false, wire.version), task.id));
    wire.check("RelatedTaskMetadata",
               protocol::related_to_task({}, task.id)["_meta"]["io.modelcontextprotocol/related-task"]);
}

/// The extension's own types are not in the schema; what they hold is.
void check_modern_tasks(const Wire& wire, const protocol::Task& task) {
    wire.check("Result", sent(wire, protocol::write_created_task(task, wire.version), "task"));
    const auto written = protocol::write_task(task, wire.version);
    wire.check("Result", sent(wire, written));
    if (written.contains("result")) wire.check("CallToolResult", written["result"]);
    if (written.contains("error")) wire.check("Error", written["error"]);
    if (written.contains("inputRequests")) wire.check("InputRequests", written["inputRequests"]);
    wire.check("MissingRequiredClientCapabilityError",
               protocol::write_error(protocol::RequestId(1), protocol::tasks_required(), false));
    wire.check("InvalidParamsError", protocol::write_error_object(protocol::unknown_task(), false));
    wire.check("InvalidParamsError",
               protocol::write_error_object(protocol::resource_not_found("tfy://x"), false));
}

void check_tasks(const Wire& wire) {
    using enum protocol::Task::Status;
    for (const auto status : {working, input_required, completed, failed, cancelled})
        for (const bool kept_for_ever : {false, true}) {
            if (wire.modern()) check_modern_tasks(wire, task(status, kept_for_ever));
            if (wire.version == protocol::Version::v2025_11_25)
                check_tasks_of_2025(wire, task(status, kept_for_ever));
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
    const Wire wire(protocol::Version::v2026_07_28);
    if (!wire.present()) {
        MESSAGE("skipped: no MCP schemas in '" << wire::schema_folder().string() << "'");
        return;
    }
    struct Row {
        const char* definition;
        Json result;
    };
    const Row rows[] = {
        {"ListToolsResult", protocol::write_page("tools", {}, true, for_an_hour)},
        {"ListPromptsResult", protocol::write_page("prompts", {}, true, for_an_hour)},
        {"ListResourcesResult", protocol::write_page("resources", {}, true, for_an_hour)},
        {"ListResourceTemplatesResult", protocol::write_page("resourceTemplates", {}, true, for_an_hour)},
        {"ReadResourceResult", protocol::write_read_resource({}, wire.version, not_at_all)},
        {"DiscoverResult", protocol::write_discover(wire::server())},
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

}  // namespace tfy::protocol::schema_conformance_test
