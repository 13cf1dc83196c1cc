// POST /oauth/register: a client registers itself (RFC 7591).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "server/oauth/authorization_request.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/oauth_grants.hpp"
#include "server/storage/store.hpp"
#include "server/transport/http.hpp"
#include "tools/async.hpp"

namespace tfy::oauth {

/// What is kept of a client's metadata, without an id and times: public clients only, other members are
/// dropped. Or the refusal: invalid_redirect_uri, invalid_client_metadata.
std::variant<storage::OAuthClientRow, Refusal> read_registration(
    const Json& metadata, const std::vector<std::string>& private_schemes);

class RegistrationEndpoint {
public:
    RegistrationEndpoint(storage::Store& store, const sealing::Sealer& redaction, const Clock& clock,
                         std::vector<std::string> private_schemes);

    /// 201 with what was registered; 400; 429 if very many wait for a consent.
    Async<transport::HttpResponse> answer(const transport::HttpRequest& request);

private:
    storage::Store& store_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    std::vector<std::string> private_schemes_;
};

}  // namespace tfy::oauth
