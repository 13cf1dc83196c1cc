// Signing in at an identity provider: how it begins, and what comes of the answer.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/loop/concurrency_limit.hpp"
#include "server/observability/log.hpp"
#include "server/oidc/provider.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/store.hpp"

namespace tfy::oidc {

/// What the page sends on of the answer that a browser brought.
struct ProviderAnswer {
    std::string code;
    std::string state;
    std::string issuer;  // empty: it names none
};

/// One loop only. Each error is a sentence that says "Nothing was changed." A sign-in that was begun is a
/// row: it counts for ten minutes and once, on any server of the state directory. Eight at most are under way
/// at once.
class SignInDesk {
public:
    /// `redirect` tells the page's address to which the browser comes back.
    SignInDesk(std::unique_ptr<Provider> provider, storage::Store& store, const sealing::Sealer& redaction,
               const Clock& clock, const observability::Log& log, std::function<std::string()> redirect)
        : provider_(std::move(provider)),
          store_(store),
          redaction_(redaction),
          clock_(clock),
          log_(log),
          redirect_(std::move(redirect)) {}

    std::string host() const { return provider_->settings().host(); }

    struct Begun {
        std::string address;  // where the browser goes
        std::string state;    // what it brings back
    };
    /// `person`: who is to be connected with the one that comes back; empty: that one signs in.
    /// Errc::upstream, Errc::rate_limited, Errc::storage.
    Async<Result<Begun>> begin(std::string person = {});
    /// Who came; enrolled now if they never were here. `signed_in`: who is, in that tab, or no one.
    /// Errc::denied, and what enrolling and connecting answer with (Ledger), beside those above.
    Async<Result<std::string>> finish(ProviderAnswer answer, std::string signed_in);

private:
    Async<Result<std::string>> enter(ProviderAnswer answer, std::string signed_in);
    Async<Result<jwt::Token>> token_for(ProviderAnswer answer, storage::ProviderSignIn begun);
    Async<Result<std::string>> take_in(Json claims, storage::ProviderSignIn begun);
    Error not_begun(const std::string& why) const;
    Error distrusted(const Error& why) const;

    std::unique_ptr<Provider> provider_;
    storage::Store& store_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    const observability::Log& log_;
    std::function<std::string()> redirect_;
    loop::ConcurrencyLimit under_way_{8};
};

}  // namespace tfy::oidc
