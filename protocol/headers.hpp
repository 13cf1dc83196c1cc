// The HTTP headers that mirror a modern message, checked against it (MCP 2026-07-28, "Server Validation").
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/message.hpp"

namespace tfy::protocol {

/// Looks a header up, name in any case; nullopt if absent. Surrounding white space is already gone. What it
/// gives outlives the check.
using HeaderLookup = std::function<std::optional<std::string_view>(std::string_view name)>;

/// Errc::header_mismatch if MCP-Protocol-Version, Mcp-Method, Mcp-Name (of tools/call, prompts/get,
/// resources/read, tasks/get, tasks/update and tasks/cancel) or an Mcp-Param-* of `input_schema`
/// (x-mcp-header; null: the tool has none, or this is no tools/call) is missing, malformed or differs from
/// the body.
Result<void> check_headers(const HeaderLookup& header, const Request& request, const Json& input_schema);

/// Whether some argument of this input schema is mirrored in a header.
bool mirrors_arguments(const Json& input_schema);

/// Undoes the spec's value encoding: "=?base64?…?=" is decoded, all else stays. nullopt for bad Base64, and
/// for bytes that are neither printable ASCII nor a tab.
std::optional<std::string> decode_header_value(std::string_view value);

}  // namespace tfy::protocol
