#include "server/callers/protected_resource.hpp"

#include <utility>

#include "server/callers/server_card.hpp"

namespace tfy::callers {
namespace {

constexpr std::string_view of_host = "/.well-known/oauth-protected-resource";
constexpr std::string_view of_endpoint = "/.well-known/oauth-protected-resource/mcp";

}  // namespace

std::string ProtectedResource::metadata_address() const {
    return authorization_server.empty() ? std::string{} : origin + std::string(of_endpoint);
}

bool ProtectedResource::describes(std::string_view path) const {
    if (path == card_path || path == catalog_path) return !origin.empty();
    return !authorization_server.empty() && (path == of_host || path == of_endpoint);
}

Json ProtectedResource::metadata() const {
    return {{"resource", resource()},
            {"authorization_servers", {authorization_server}},
            {"scopes_supported", {"tokens:read", "tokens:request"}},
            {"bearer_methods_supported", {"header"}},
            {"resource_name", "TrueFoundry access tokens"}};
}

transport::HttpResponse ProtectedResource::reply_to(const transport::HttpRequest& request,
                                                    const sealing::Sealer& redaction) const {
    transport::HttpResponse reply{.headers = {{"access-control-allow-origin", "*"}}};
    if (request.method != "GET" && request.method != "HEAD") {
        reply.status = 405;
        reply.headers.emplace_back("allow", "GET, HEAD");
        return reply;
    }
    const auto [type, text] =
        request.path == card_path      ? std::pair{"application/mcp-server-card+json", server_card(origin)}
        : request.path == catalog_path ? std::pair{"application/ai-catalog+json", ai_catalog(origin)}
                                       : std::pair{"application/json", metadata()};
    reply.content_type = type;
    reply.body = redaction.seal(text);
    reply.headers.emplace_back("cache-control", "max-age=300");
    return reply;
}

}  // namespace tfy::callers
