// Signing in at an identity provider: how it begins, and what comes of the answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/loop/concurrency_limit.hpp"
#include "server/observability/log.hpp"
#include "server/oidc/provider.hpp"
#include "server/people/sign_in_proof.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/store.hpp"

namespace tfy::oidc {

/// What the page sends on of the answer that a browser brought.
struct ProviderAnswer {
    std::string code;
    std::string state;
    std::string issuer;  // empty: it names none
};

/// What comes of a sign-in there.
enum class Purpose {
    sign_in,  // who comes is signed in here
    connect,  // who comes is connected with the person who is signed in here
    confirm   // who comes is that person, and is there: they signed in once more, for this
};

/// One loop only. Each error is a sentence that says "Nothing was changed." Of a sign-in that was begun
/// nothing is kept but with the browser, so no number of them pushes one out: it counts for ten minutes and
/// once, on any server of the state directory. Eight at most are under way at once.
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
    /// `person`: who is signed in in that tab; no one, to sign in. Errc::upstream, Errc::rate_limited,
    /// Errc::storage; Errc::refused to confirm for someone who has a passphrase or a passkey here.
    Async<Result<Begun>> begin(Purpose purpose = Purpose::sign_in, std::string person = {});

    struct Came {
        std::string person;
        Purpose purpose = Purpose::sign_in;
    };
    struct Finished {
        Came came;
        std::optional<people::SignInProof> proof = {};  // none where they came to confirm
    };
    /// Who came; enrolled now if they never were here. `signed_in`: who is, in that tab, or no one.
    /// Errc::denied, and what enrolling and connecting answer with (Ledger), beside those above.
    Async<Result<Finished>> finish(ProviderAnswer answer, std::string signed_in);

    /// For a person who came to confirm, in this session (a hash of its key): for five minutes it stands for
    /// them.
    Async<Result<std::string>> proof(std::string person, std::string session);
    /// Whether it is one. Errc::denied, Errc::storage, and Errc::refused as above.
    Async<Result<void>> is_proof(std::string text, std::string person, std::string session);

private:
    struct Wish {
        Came of;  // no one, to sign in
        storage::ProviderSignIn begun;
    };
    std::string sealed_for(Purpose purpose, const std::string& person) const;
    Async<Result<Came>> enter(ProviderAnswer answer, std::string signed_in);
    /// What was begun with this state; Errc::denied.
    Async<Result<Wish>> begun_with(std::string state, std::string signed_in);
    Async<Result<jwt::Token>> token_for(ProviderAnswer answer, storage::ProviderSignIn begun);
    Async<Result<Came>> take_in(Json claims, Wish wish);
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
