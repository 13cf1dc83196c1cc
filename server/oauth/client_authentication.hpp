// Who asks at the token endpoint: RFC 6749, section 2.3.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "server/oauth/authorization_request.hpp"
#include "server/oauth/form.hpp"
#include "server/storage/oauth_grants.hpp"
#include "server/transport/http.hpp"

namespace tfy::oauth {

struct ShownClient {
    std::string id;
    std::optional<std::string> secret = {};
    bool in_header = false;  // by HTTP's Basic
};

/// By Basic, or by client_id and client_secret of the form, and not by both. The refusal if it cannot be
/// read.
std::variant<ShownClient, Refusal> read_client(const transport::Headers& headers, const Form& form);

/// A client that is known by its document is public, and so is one that has no secret; of another one the
/// secret has to be shown. `row`: what is kept of it.
bool is_authentic(const ShownClient& shown, const std::optional<storage::OAuthClientRow>& row);

}  // namespace tfy::oauth
