// What an identity provider says of itself: OpenID Connect Discovery 1.0.
#pragma once

#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::oidc {

struct Metadata {
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string jwks_uri;
    bool names_issuer = false;  // in its answers to browsers, too: RFC 9207
};

/// Where it says so.
std::string metadata_address(const std::string& issuer);

/// Where an authorization server that is no OpenID Provider says so: RFC 8414, section 3.
std::string oauth_metadata_address(const std::string& issuer);

/// An address that may be used of a provider: https; http on loopback, if the issuer is such a one itself. No
/// user, no fragment, at most 2 KiB.
bool is_provider_address(const std::string& address, const std::string& issuer);

/// Errc::upstream, with a clause about "it", if it cannot be used: for another `issuer`, too.
Result<Metadata> read_metadata(std::string_view text, const std::string& issuer);

/// Where its keys are: all that who takes its access tokens needs to know. As above.
Result<std::string> read_keys_address(std::string_view text, const std::string& issuer);

}  // namespace tfy::oidc
