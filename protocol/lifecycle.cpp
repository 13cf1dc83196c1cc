// The two ways of getting to know each other, and the stamp on each modern result.
#include "protocol/lifecycle.hpp"

#include "protocol/member.hpp"
#include "protocol/page.hpp"

namespace tfy::protocol {
namespace {

/// Version::v2025_03_26 knows no title.
Json server_info(const ServerInfo& server, Version version) {
    Json info = {{"name", server.name}, {"version", server.version}};
    if (version >= Version::v2025_06_18 && !server.title.empty()) info["title"] = server.title;
    return info;
}

/// A capability, with listChanged where true.
Json changing(bool list_changed) {
    auto out = Json::object();
    if (list_changed) out["listChanged"] = true;
    return out;
}

Json task_capability() {
    return {{"list", Json::object()},
            {"cancel", Json::object()},
            {"requests", {{"tools", {{"call", Json::object()}}}}}};
}

void add_instructions(Json& result, const ServerInfo& server) {
    if (!server.instructions.empty()) result["instructions"] = server.instructions;
}

}  // namespace

Json ServerCapabilities::json(Version version) const {
    auto out = Json::object();
    if (tools) out["tools"] = changing(tools_change);
    if (prompts) out["prompts"] = changing(prompts_change);
    if (resources) out["resources"] = changing(resources_change);
    if (resources && subscribe) out["resources"]["subscribe"] = true;
    if (completions) out["completions"] = Json::object();
    if (logging) out["logging"] = Json::object();
    if (tasks && is_modern(version)) out["extensions"][tasks_extension] = Json::object();
    if (skills && is_modern(version)) out["extensions"][skills_extension] = Json::object();
    if (tasks && version == Version::v2025_11_25) out["tasks"] = task_capability();
    return out;
}

Result<Initialize> read_initialize(const Json& params) {
    const auto requested = read_string(params, "params", "protocolVersion");
    if (!requested) return requested.error();
    const auto* declared = find_member(params, "capabilities");
    if (declared == nullptr) return mistyped("params.capabilities", "an object");
    const auto capabilities = ClientCapabilities::read(*declared);
    if (!capabilities) return capabilities.error();
    const auto* info = find_member(params, "clientInfo");
    if (info == nullptr) return mistyped("params.clientInfo", "an object");
    auto client = Implementation::read(*info);
    if (!client) return client.error();
    return Initialize{negotiate_legacy(*requested), std::move(*client), *capabilities};
}

Json write_initialize(const Initialize& agreed, const ServerInfo& server) {
    Json result = {{"protocolVersion", to_string(agreed.version)},
                   {"capabilities", server.capabilities.json(agreed.version)},
                   {"serverInfo", server_info(server, agreed.version)}};
    add_instructions(result, server);
    return result;
}

Json write_discover(const ServerInfo& server) {
    Json result = {{"supportedVersions", Json::array()},
                   {"capabilities", server.capabilities.json(Version::v2026_07_28)}};
    for (const auto version : supported_versions) result["supportedVersions"].push_back(to_string(version));
    add_instructions(result, server);
    return cacheable(std::move(result), for_an_hour);
}

Json modern_result(Json result, const ServerInfo& server, std::string_view result_type) {
    result["resultType"] = result_type;
    result["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info(server, Version::v2026_07_28);
    return result;
}

}  // namespace tfy::protocol
