// The authorization server, put together: who asks, a person's answer, and the tokens that follow from it.
#pragma once

#include <memory>
#include <string>

#include "server/oauth/authorization_desk.hpp"
#include "server/oauth/authorization_server.hpp"

namespace tfy::oauth {

class Consent {
public:
    /// `ca_file`: beside the system's. All references must outlive it.
    Consent(const AuthorizationServer::Settings& settings, const std::string& ca_file, storage::Store& store,
            const sealing::Sealer& redaction, const Clock& clock, const observability::Log& log);

    AuthorizationDesk& desk() { return desk_; }
    AuthorizationServer& server() { return server_; }

private:
    std::unique_ptr<http_client::DocumentClient> web_;
    ClientDocuments documents_;
    OAuthClients clients_;
    AuthorizationDesk desk_;
    AuthorizationServer server_;
};

}  // namespace tfy::oauth
