// What tells a client of this server before it connects: MCP's Server Card, and an AI catalog that leads to
// it.
#pragma once

#include <string_view>

#include "protocol/error.hpp"

namespace tfy::callers {

inline constexpr std::string_view card_path = "/mcp/server-card";
inline constexpr std::string_view catalog_path = "/.well-known/ai-catalog.json";

/// For the server that clients reach at `origin`, as "https://tfy.example.com": who it is, where it is, and
/// which versions of MCP it speaks. A card has a name below a domain; ours is that of `origin`.
Json server_card(std::string_view origin);
Json ai_catalog(std::string_view origin);

}  // namespace tfy::callers
