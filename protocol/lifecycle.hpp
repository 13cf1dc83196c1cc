// server/discover (modern) and initialize (legacy), and what every modern result carries.
#pragma once

#include <string>

#include "protocol/meta.hpp"

namespace tfy::protocol {

struct ServerInfo {
    std::string name;          // "tfy-pat-mcp"
    std::string title;         //
    std::string version;       //
    std::string instructions;  // under 2 KB
    Json capabilities = Json::object();
};

struct Initialize {
    Version version;  // the one that we answer with
    Implementation client;
    ClientCapabilities capabilities;
};

/// Errc::invalid_params where protocolVersion, capabilities or clientInfo is missing or mis-typed.
Result<Initialize> read_initialize(const Json& params);
Json write_initialize(const Initialize& agreed, const ServerInfo& server);

/// Adds ttlMs (an hour) and cacheScope "public": for modern results that hold nothing about a caller.
Json cacheable(Json result);

/// Cacheable.
Json write_discover(const ServerInfo& server);

/// Adds what a modern result must have: resultType (default "complete") and `_meta` with serverInfo.
Json modern_result(Json result, const ServerInfo& server, std::string_view result_type = "complete");

}  // namespace tfy::protocol
