// What an ID token says of a person, once it is known that the provider signed it: OpenID Connect Core 1.0,
// section 3.1.3.7.
#pragma once

#include <string>

#include "policy/time.hpp"
#include "server/oidc/provider_settings.hpp"

namespace tfy::oidc {

/// Made by this provider, for us alone, in its time. Errc::denied with a clause about "it".
Result<void> check_id_token(const Json& claims, const ProviderSettings& provider, policy::Time now);

/// Whether it belongs to the sign-in that was begun with this nonce.
bool has_nonce(const Json& claims, const std::string& nonce);

/// Whether who it tells of may be let in: by a group, and by how they signed in there. Errc::denied with a
/// sentence.
Result<void> may_enter(const Json& claims, const ProviderSettings& provider);

/// Whether they signed in there (auth_time) after `begun`, give or take ten seconds. Errc::denied with a
/// sentence.
Result<void> signed_in_since(const Json& claims, const ProviderSettings& provider, policy::Time begun,
                             policy::Time now);

/// Under which name they can be enrolled. An address counts only if the provider has verified it.
/// Errc::denied with a sentence.
Result<std::string> name_in(const Json& claims, const ProviderSettings& provider);

/// How they signed in there, for the journal: {acr, amr}, as far as it says so.
Json how_in(const Json& claims);

}  // namespace tfy::oidc
