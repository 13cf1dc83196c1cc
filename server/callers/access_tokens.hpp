// Callers known by access tokens that our own authorization server gave to their clients.
#pragma once

#include <memory>

#include "server/callers/verifier.hpp"
#include "server/storage/access_token_reader.hpp"
#include "tools/async.hpp"

namespace tfy::callers {

/// On one loop. A token that any process gives out or ends counts from the next look on, which each request
/// takes.
class AccessTokens final : public Verifier {
public:
    /// `tokens` reads the server's own state database.
    AccessTokens(std::unique_ptr<storage::AccessTokenReader> tokens, const Clock& clock);

    bool takes(std::string_view credential) const override;
    std::string_view principals() const override;
    /// "oauth:PERSON/CLIENT": what one client asked, another one of the same person cannot pick up.
    Result<std::optional<transport::KnownCaller>> verify(std::string_view credential) override;
    /// By the token alone: a person may have given several to one client.
    bool still_holds(const std::string& held) override;

private:
    std::unique_ptr<storage::AccessTokenReader> tokens_;
    const Clock& clock_;
};

}  // namespace tfy::callers
