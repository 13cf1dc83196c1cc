// Where people of a team sign in, and who of them may: as the operator named it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/secret.hpp"
#include "protocol/error.hpp"

namespace tfy::oidc {

struct ProviderSettings {
    std::string issuer = {};  // as it names itself, byte for byte: "https://idp.example.com/realms/acme"
    std::string client_id = {};
    std::shared_ptr<const policy::Secret> client_secret = {};
    std::string groups_claim = "groups";
    std::vector<std::string> groups = {};  // one of them lets in
    std::string name_claim = "email";
    std::vector<std::string> amr = {};     // ways of signing in there, each of which must have been used
    std::vector<std::string> scopes = {};  // to ask for beside openid, email and profile

    /// What people are shown: "idp.example.com".
    std::string host() const;
};

/// https, or http on loopback; no user, no query, no fragment. Errc::invalid_params.
Result<void> check_issuer(const std::string& issuer, const std::string& setting = "--oidc-issuer",
                          const std::string& whose = "identity provider");

}  // namespace tfy::oidc
