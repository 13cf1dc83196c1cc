// All that stands between a program that asks and a person's answer, put together.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/oauth/authorization_desk.hpp"
#include "server/oauth/client_settings.hpp"

namespace tfy::oauth {

class Consent {
public:
    /// `ca_file`: beside the system's; `issuer` as AuthorizationDesk has it.
    Consent(const ClientSettings& settings, const std::string& ca_file, storage::Store& store,
            const sealing::Sealer& redaction, const Clock& clock, std::function<std::string()> issuer);

    AuthorizationDesk& desk() { return desk_; }
    Clients& clients() { return clients_; }

private:
    std::unique_ptr<http_client::DocumentClient> web_;
    ClientDocuments documents_;
    Clients clients_;
    AuthorizationDesk desk_;
};

}  // namespace tfy::oauth
