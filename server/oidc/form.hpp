// What a client sends to an identity provider, in the forms of RFC 6749.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "server/oidc/provider_settings.hpp"

namespace tfy::oidc {

/// "a=1&b=2%20", as application/x-www-form-urlencoded.
std::string form_of(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

/// PKCE's S256.
std::string challenge_of(const std::string& verifier);

/// The header line by which this client is known: RFC 6749, section 2.3.1. To be wiped.
std::string client_header(const ProviderSettings& provider);

}  // namespace tfy::oidc
