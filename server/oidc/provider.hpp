// An identity provider over HTTP: what it says of itself, its keys, and a code for an ID token.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/jwt/issuer_keys.hpp"
#include "server/oidc/metadata.hpp"
#include "server/oidc/provider_settings.hpp"
#include "server/oidc/published.hpp"

namespace tfy::oidc {

/// One loop only. Redirects are not followed, answers are short and JSON, and every request has an end: 5 s
/// for what it publishes, 10 s for a code. What it says of itself is read again after 10 minutes; while it is
/// away, that goes on for 24 hours.
class Provider {
public:
    using Connect = oidc::Connect;

    /// `clock` must outlive it.
    Provider(ProviderSettings settings, Connect connect, const Clock& clock);

    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    const ProviderSettings& settings() const { return settings_; }

    /// Errc::upstream, with a clause about "it" ("it did not answer in time").
    Async<Result<Metadata>> metadata();
    /// The ID token, as it came. Errc::denied if it refuses the code; else as above.
    Async<Result<std::string>> exchange(std::string code, std::string verifier, std::string redirect);
    /// Whether it signed that one. Errc::denied with a clause about "it", the token; else as above.
    Async<Result<void>> check_signature(jwt::Token token) { return keys_.check(std::move(token)); }

private:
    Async<Result<std::string>> fetch_keys();

    ProviderSettings settings_;
    Connect connect_;
    const Clock& clock_;
    std::optional<Metadata> known_ = {};
    policy::Time read_ = {};
    jwt::IssuerKeys keys_;
};

}  // namespace tfy::oidc
