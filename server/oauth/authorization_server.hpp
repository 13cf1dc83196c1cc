// The small authorization server in front of /mcp: its metadata, tokens and registrations. Consent is the
// page's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/oauth/client_settings.hpp"
#include "server/oauth/registration_endpoint.hpp"
#include "server/oauth/token_endpoint.hpp"
#include "server/transport/network_limit.hpp"

namespace tfy::oauth {

/// RFC 8414, section 2. `issuer`: the public address, without a path.
Json server_metadata(const std::string& issuer, bool registration);

/// The longest body that any of its addresses takes.
inline constexpr std::size_t longest_body = std::size_t{16} * 1024;

/// One loop only. All references must outlive it.
class AuthorizationServer {
public:
    struct Settings {
        std::string issuer;  // "https://HOST"; tokens are for its /mcp
        ClientSettings clients = {};
        std::vector<std::string> trusted_proxies = {};  // whose X-Forwarded-For counts
    };
    AuthorizationServer(storage::Store& store, const sealing::Sealer& redaction, const Clock& clock,
                        const observability::Log& log, Settings settings);

    /// Whether the path is one of its own: what it does not serve there is 404.
    static bool has(std::string_view path);
    /// 404, 405, 429, or what the endpoint says.
    Async<void> handle(const transport::HttpRequest& request, transport::Responder& answer);

private:
    Async<transport::HttpResponse> answer_to(const transport::HttpRequest& request);
    /// The refusal where an address asks too often.
    std::optional<transport::HttpResponse> limited(const transport::HttpRequest& request,
                                                   transport::NetworkLimit& limit) const;

    const sealing::Sealer& redaction_;
    const Clock& clock_;
    Settings settings_;
    TokenEndpoint tokens_;
    RegistrationEndpoint registrations_;
    transport::NetworkLimit of_tokens_{30, std::chrono::minutes{1}};
    transport::NetworkLimit of_registrations_{20, std::chrono::hours{1}};
};

}  // namespace tfy::oauth
