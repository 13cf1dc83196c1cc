#include "server/callers/server_card.hpp"

#include <algorithm>
#include <ranges>
#include <string>

#include "protocol/version.hpp"

namespace tfy::callers {
namespace {

constexpr auto name_of_server = "tfy-pat-mcp";

/// "tfy.example.com" of "https://tfy.example.com:8443".
std::string_view host_of(std::string_view origin) {
    const auto host = origin.substr(origin.find("//") + 2);
    return host.starts_with('[') ? host.substr(0, host.find(']') + 1)
                                 : host.substr(0, host.find_first_of(":/"));
}

/// "com.example.tfy"; an address stays as it is, in the letters that a name may have.
std::string reversed(std::string_view host) {
    if (host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string_view::npos) {
        std::string name(host);
        std::ranges::replace_if(
            name, [](char each) { return each == '[' || each == ']' || each == ':'; }, '-');
        return name;
    }
    std::string name;
    while (!host.empty()) {
        const auto dot = host.rfind('.');
        const auto label = dot == std::string_view::npos ? host : host.substr(dot + 1);
        name += (name.empty() ? "" : ".") + std::string(label);
        host = dot == std::string_view::npos ? std::string_view{} : host.substr(0, dot);
    }
    return name;
}

}  // namespace

Json server_card(std::string_view origin) {
    auto versions = Json::array();
    for (const auto version : protocol::supported_versions) versions.push_back(protocol::to_string(version));
    return {{"$schema", "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json"},
            {"name", reversed(host_of(origin)) + "/" + name_of_server},
            {"title", "TrueFoundry access tokens"},
            {"description", "Access tokens of TrueFoundry for AI agents; a person approves every change."},
            {"version", TFY_VERSION},
            {"remotes",
             {{{"type", "streamable-http"},
               {"url", std::string(origin) + "/mcp"},
               {"supportedProtocolVersions", std::move(versions)}}}}};
}

Json ai_catalog(std::string_view origin) {
    return {{"specVersion", "0.9"},
            {"entries",
             {{{"identifier", "urn:air:" + std::string(host_of(origin)) + ":mcp:" + name_of_server},
               {"displayName", "TrueFoundry access tokens"},
               {"type", "application/mcp-server-card+json"},
               {"url", std::string(origin) + std::string(card_path)}}}}};
}

}  // namespace tfy::callers
