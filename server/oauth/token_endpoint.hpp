// POST /oauth/token and POST /oauth/revoke (RFC 6749, RFC 7636, RFC 7009): codes and refresh tokens in,
// tokens out.
#pragma once

#include <optional>
#include <string>

#include "server/oauth/client_authentication.hpp"
#include "server/observability/log.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/store.hpp"
#include "tools/async.hpp"

namespace tfy::oauth {

class TokenEndpoint {
public:
    /// `resource`: what tokens are for, "https://HOST/mcp".
    TokenEndpoint(storage::Store& store, const sealing::Sealer& redaction, const Clock& clock,
                  const observability::Log& log, std::string resource);

    /// Grants: authorization_code and refresh_token. 400 and 401 as RFC 6749, section 5.2, has them; 503 if
    /// the state database cannot be used. Which of its reasons "invalid_grant" has, no one is told.
    Async<transport::HttpResponse> token(const transport::HttpRequest& request);
    /// 200 whatever the token was.
    Async<transport::HttpResponse> revoke(const transport::HttpRequest& request);

private:
    /// A form of a client that is who it says; or the answer.
    struct Asked {
        Form form;
        std::string client = {};
    };
    Async<std::variant<Asked, transport::HttpResponse>> read(const transport::HttpRequest& request);
    Async<transport::HttpResponse> redeem(Asked asked);
    Async<transport::HttpResponse> refresh(Asked asked);
    transport::HttpResponse refused(const Asked& asked, const char* what) const;

    storage::Store& store_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    const observability::Log& log_;
    std::string resource_;
};

}  // namespace tfy::oauth
