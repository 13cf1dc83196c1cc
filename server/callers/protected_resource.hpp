// What a client learns of this server before it has an access token: RFC 9728, and server_card.hpp.
#pragma once

#include <string>
#include <string_view>

#include "server/sealing/sealer.hpp"
#include "server/transport/http.hpp"

namespace tfy::callers {

struct ProtectedResource {
    std::string origin = {};                // "https://tfy.example.com", where clients reach this server
    std::string authorization_server = {};  // its issuer, byte for byte; empty: there is none

    /// What access tokens for this server are for.
    std::string resource() const { return origin + "/mcp"; }
    /// Where its metadata is. Empty without an authorization server: clients would look for one.
    std::string metadata_address() const;
    /// Whether something of it is at a path: its metadata at two, the same at both, if there is an
    /// authorization server; its card and the catalog if it has an origin that was given.
    bool describes(std::string_view path) const;
    Json metadata() const;
    /// The answer to all who ask for it there, also from a page of another site.
    transport::HttpResponse reply_to(const transport::HttpRequest& request,
                                     const sealing::Sealer& redaction) const;
};

}  // namespace tfy::callers
