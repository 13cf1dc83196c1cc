// server/discover (modern) and initialize (legacy), and what every modern result carries.
#pragma once

#include <string>
#include <string_view>

#include "protocol/meta.hpp"

namespace tfy::protocol {

inline constexpr std::string_view skills_extension = "io.modelcontextprotocol/skills";

struct ServerCapabilities {
    bool tools = true;
    bool tools_change = false;  // listChanged
    bool prompts = false;
    bool prompts_change = false;
    bool resources = false;
    bool resources_change = false;
    bool subscribe = false;  // to one resource: resources/subscribe (legacy), subscriptions/listen (modern)
    bool completions = false;
    bool logging = false;
    bool tasks = false;   // the extension (modern), `tasks` (2025-11-25)
    bool skills = false;  // the extension; needs resources

    /// As `version` spells them, and only what it knows.
    Json json(Version version) const;
};

struct ServerInfo {
    std::string name;          // "tfy-pat-mcp"
    std::string title;         //
    std::string version;       //
    std::string instructions;  // under 2 KB
    ServerCapabilities capabilities = {};
};

struct Initialize {
    Version version;  // the one that we answer with
    Implementation client;
    ClientCapabilities capabilities;
};

/// Errc::invalid_params if protocolVersion, capabilities or clientInfo is missing or mis-typed.
Result<Initialize> read_initialize(const Json& params);
Json write_initialize(const Initialize& agreed, const ServerInfo& server);

/// To be kept for an hour.
Json write_discover(const ServerInfo& server);

/// Adds what a modern result must have: resultType (default "complete") and `_meta` with serverInfo.
Json modern_result(Json result, const ServerInfo& server, std::string_view result_type = "complete");

}  // namespace tfy::protocol
