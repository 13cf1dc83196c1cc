// How a client is known at an identity provider.
#pragma once

#include <string>

#include "server/oidc/provider_settings.hpp"

namespace tfy::oidc {

/// The header line by which this client is known: RFC 6749, section 2.3.1. To be wiped.
std::string client_header(const ProviderSettings& provider);

}  // namespace tfy::oidc
