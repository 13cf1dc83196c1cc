// tools/list and tools/call, in the members that each revision knows.
#include "protocol/tool.hpp"

#include "protocol/lifecycle.hpp"
#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

/// The members of a Tool, and the first revision that has them.
struct Member {
    const char* name;
    Version since;
};
constexpr Member tool_members[] = {
    {"name", Version::v2025_03_26},        {"description", Version::v2025_03_26},
    {"inputSchema", Version::v2025_03_26}, {"annotations", Version::v2025_03_26},
    {"title", Version::v2025_06_18},       {"outputSchema", Version::v2025_06_18},
    {"icons", Version::v2025_11_25},
};

}  // namespace

Result<CallToolParams> read_call_tool(const Json& params) {
    auto name = read_string(params, "params", "name");
    if (!name) return name.error();
    const auto arguments = read_optional_object(params, "params", "arguments");
    if (!arguments) return arguments.error();
    auto state = read_optional_string(params, "params", "requestState");
    if (!state) return state.error();
    const auto responses = read_optional_object(params, "params", "inputResponses");
    if (!responses) return responses.error();

    CallToolParams call{.name = std::move(*name), .request_state = std::move(*state)};
    if (*arguments != nullptr) call.arguments = **arguments;
    if (*responses != nullptr) call.input_responses = **responses;
    return call;
}

Json write_tool(const Json& definition, Version version) {
    auto tool = Json::object();
    for (const auto& [name, since] : tool_members)
        if (const auto* member = find_member(definition, name); member != nullptr && version >= since)
            tool[name] = *member;
    return tool;
}

Result<Json> write_tool_list(const std::vector<Json>& definitions, const Json& params, Version version) {
    if (find_member(params, "cursor") != nullptr)
        return Error{Errc::invalid_params, "This list has one page and gave out no cursor. Ask without one."};
    Json result = {{"tools", Json::array()}};
    for (const auto& definition : definitions) result["tools"].push_back(write_tool(definition, version));
    return is_modern(version) ? cacheable(std::move(result)) : std::move(result);
}

Json write_tool_result(std::string text, Json structured, bool is_error, Version version) {
    auto result = Json::object();
    result["content"].push_back({{"type", "text"}, {"text", std::move(text)}});
    result["isError"] = is_error;
    // Any value is structured content in the modern revision, only objects before.
    const bool known = is_modern(version) || (version >= Version::v2025_06_18 && structured.is_object());
    if (known && !structured.is_null()) result["structuredContent"] = std::move(structured);
    return result;
}

}  // namespace tfy::protocol
