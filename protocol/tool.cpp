// tools/list and tools/call, in the members that each revision knows.
#include "protocol/tool.hpp"

#include "protocol/content.hpp"
#include "protocol/definition.hpp"
#include "protocol/elicitation.hpp"
#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

constexpr VersionedMember tool_members[] = {
    {"name", Version::v2025_03_26},        {"description", Version::v2025_03_26},
    {"inputSchema", Version::v2025_03_26}, {"annotations", Version::v2025_03_26},
    {"title", Version::v2025_06_18},       {"outputSchema", Version::v2025_06_18},
    {"icons", Version::v2025_11_25},       {"_meta", Version::v2025_06_18},
};

/// Without the members that are for our own messages only (violation.hpp).
Json without_advice(Json schema) {
    if (!schema.is_object()) return schema;
    schema.erase("advice");
    schema.erase("example");
    if (const auto properties = schema.find("properties"); properties != schema.end())
        for (auto& each : *properties) each = without_advice(std::move(each));
    if (const auto items = schema.find("items"); items != schema.end())
        *items = without_advice(std::move(*items));
    return schema;
}

}  // namespace

Result<CallToolParams> read_call_tool(const Json& params) {
    auto name = read_string(params, "params", "name");
    if (!name) return name.error();
    const auto arguments = read_optional_object(params, "params", "arguments");
    if (!arguments) return arguments.error();
    auto retry = read_retry(params);
    if (!retry) return retry.error();
    const auto task = read_task_wish(params);
    if (!task) return task.error();
    return CallToolParams{std::move(*name), *arguments == nullptr ? Json::object() : **arguments,
                          std::move(retry->request_state), std::move(retry->input_responses), *task};
}

Json write_tool(const Json& definition, Version version) {
    auto tool = members_of(definition, tool_members, version);
    if (const auto input = tool.find("inputSchema"); input != tool.end())
        *input = without_advice(std::move(*input));
    // It says which tools can be made a task, and no other revision lets a client wish for that.
    const auto* execution = find_member(definition, "execution");
    if (execution != nullptr && version == Version::v2025_11_25) tool["execution"] = *execution;
    return tool;
}

Json write_tool_result(std::string text, Json structured, bool is_error, Version version) {
    return write_tool_result(std::vector<Json>{text_content(std::move(text))}, std::move(structured),
                             is_error, version);
}

Json write_tool_result(std::vector<Json> content, Json structured, bool is_error, Version version) {
    Json result = {{"content", std::move(content)}, {"isError", is_error}};
    // Any value is structured content in the modern revision, only objects before.
    const bool known = is_modern(version) || (version >= Version::v2025_06_18 && structured.is_object());
    if (known && !structured.is_null()) result["structuredContent"] = std::move(structured);
    return result;
}

}  // namespace tfy::protocol
