// What a client is told of this server before it connects.
#include "server/callers/server_card.hpp"

#include <doctest/doctest.h>

#include "server/callers/protected_resource.hpp"

namespace tfy::callers_server_card_test {

TEST_CASE("the card says who the server is, where, and what it speaks; the catalog leads to the card") {
    CHECK(callers::server_card("https://tfy.example.com:8443") == Json::parse(R"({
        "$schema": "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
        "name": "com.example.tfy/tfy-pat-mcp",
        "title": "TrueFoundry access tokens",
        "description": "Access tokens of TrueFoundry for AI agents; a person approves every change.",
        "version": ")" TFY_VERSION R"(",
        "remotes": [{
            "type": "streamable-http",
            "url": "https://tfy.example.com:8443/mcp",
            "supportedProtocolVersions": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"]}]})"));
    CHECK(callers::ai_catalog("https://tfy.example.com:8443") == Json::parse(R"({
        "specVersion": "0.9",
        "entries": [{
            "identifier": "urn:air:tfy.example.com:mcp:tfy-pat-mcp",
            "displayName": "TrueFoundry access tokens",
            "type": "application/mcp-server-card+json",
            "url": "https://tfy.example.com:8443/mcp/server-card"}]})"));
}

TEST_CASE("a name is one whatever the address of the server is") {
    const auto name_at = [](const char* origin) {
        return callers::server_card(origin)["name"].get<std::string>();
    };
    CHECK(name_at("http://localhost:8780") == "localhost/tfy-pat-mcp");
    CHECK(name_at("http://127.0.0.1:8780") == "127.0.0.1/tfy-pat-mcp");
    CHECK(name_at("http://[::1]:8780") == "---1-/tfy-pat-mcp");
    CHECK(name_at("https://acme.example/tfy") == "example.acme/tfy-pat-mcp");
}

TEST_CASE("a server without a public address has no card") {
    const callers::ProtectedResource known{.origin = "https://tfy.example.com"};
    for (const auto path : {callers::card_path, callers::catalog_path}) {
        CHECK(known.describes(path));
        CHECK_FALSE(callers::ProtectedResource{}.describes(path));
    }
}

}  // namespace tfy::callers_server_card_test
