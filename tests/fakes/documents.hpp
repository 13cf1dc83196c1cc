// Documents of OAuth clients as a test lays them out, in place of the web.
#pragma once

#include <map>
#include <string>

#include "server/http_client/document_client.hpp"

namespace tfy::fakes {

inline const std::string claude_id = "https://claude.ai/oauth/mcp-client.json";

inline Json client_document(const std::string& id = claude_id, const std::string& name = "Claude",
                            const Json& redirects = {"https://claude.ai/api/mcp/auth_callback",
                                                     "http://localhost/callback"}) {
    return {{"client_id", id},
            {"client_name", name},
            {"redirect_uris", redirects},
            {"grant_types", {"authorization_code", "refresh_token"}},
            {"response_types", {"code"}},
            {"token_endpoint_auth_method", "none"}};
}

class Documents final : public http_client::DocumentClient {
public:
    Async<Result<http_client::Document>> get(std::string address) override {
        ++fetches;
        asked = std::move(address);
        co_return answer;
    }
    void put(const Json& document) {
        answer = http_client::Document{200, "application/json", {}, document.dump()};
    }

    Result<http_client::Document> answer =
        http_client::Document{200, "application/json", {}, client_document().dump()};
    std::string asked;
    int fetches = 0;
};

}  // namespace tfy::fakes
