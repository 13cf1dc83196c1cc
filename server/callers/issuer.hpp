// Callers known by access tokens of an outside issuer.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "server/callers/verifier.hpp"
#include "server/jwt/issuer_keys.hpp"

namespace tfy::callers {

struct IssuerRules {
    std::string issuer;     // as it names itself, byte for byte
    std::string resource;   // what its tokens for this server are for
    bool any_type = false;  // also tokens that do not say that they are access tokens
};

/// On one loop.
class Issuer final : public Verifier {
public:
    /// Told why a token does not hold: its caller is not.
    using RefusedHook = std::function<void(const std::string& why)>;

    /// `fetch` gives the issuer's set of keys. `clock` must outlive it.
    Issuer(IssuerRules rules, jwt::IssuerKeys::Fetch fetch, const Clock& clock, RefusedHook refused = {});

    /// All that is no credential of our own.
    bool takes(std::string_view credential) const override;
    std::string_view principals() const override;
    /// Errc::denied if it holds and gives none of our scopes; Errc::upstream if the issuer's keys are not
    /// known.
    Result<std::optional<transport::KnownCaller>> verify(std::string_view credential) override;
    std::optional<Async<void>> before_trying_again(std::string_view credential) override;
    bool is_costly(std::string_view) const override { return true; }
    /// By the end of this very token.
    bool still_holds(const std::string& held) override;

private:
    /// What a token says whose signature held, without what signs it.
    struct Seen {
        jwt::Token token;
        transport::KnownCaller caller;
    };

    Result<jwt::Token> read(std::string_view credential) const;
    std::optional<transport::KnownCaller> not_held(const std::string& why) const;
    Result<std::optional<transport::KnownCaller>> judge(const jwt::Token& token);
    Result<std::optional<transport::KnownCaller>> judge_again(const Seen& seen);
    void remember(Seen seen);

    IssuerRules rules_;
    jwt::IssuerKeys keys_;
    const Clock& clock_;
    RefusedHook refused_;
    /// By their prints. One counts as long as the issuer's keys hold it.
    std::map<std::string, Seen> seen_ = {};
};

}  // namespace tfy::callers
