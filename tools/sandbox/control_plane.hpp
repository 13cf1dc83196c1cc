// A stand-in for TrueFoundry's PAT API: everything that is known of it, on make-believe tokens.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/sandbox/account.hpp"
#include "tools/sandbox/api_target.hpp"
#include "tools/sandbox/kept_tokens.hpp"
#include "tools/sandbox/world.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::sandbox {

struct SandboxResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string request_id = {};
    std::string body = {};
    truefoundry::SharedText shared = {};  // from handle_own: in the place of `body`
    std::string account = {};             // whose key it was; empty: no one's
    policy::Time answered = {};           // by the control plane's own clock
    std::string date = {};                // the same: "Tue, 24 Nov 2026 12:00:00 GMT"; not from handle_own
};

/// Answers one HTTP request as the real one would: listing with limit, offset and nameSearchQuery, create
/// (name rules, 409, jwt and opaque values, expiry in the past: 400), delete, 401 for a wrong bearer, 403 for
/// a key that may not manage tokens, 404 for unknown routes. An account sees and deletes its own tokens only.
/// A created token's value is a key of its account, too, until it expires or is deleted. What must never be
/// sent (danger.hpp) is answered 599, no matter who asks, and does nothing. Synchronous: one thread.
class ControlPlane {
public:
    /// `more`: accounts beside dana, whose key is `sandbox_key`.
    ControlPlane(std::unique_ptr<TokenStore> token_store, const Clock& clock, std::vector<Account> more = {});

    SandboxResponse handle(std::string_view method, std::string_view target, std::string_view bearer,
                           std::string_view body);
    /// The same with `sandbox_key`, for who is in this process: a page of a list is the same object for as
    /// long as it says the same.
    SandboxResponse handle_own(std::string_view method, std::string_view target, std::string_view body);

    /// Whose key this is; empty: no one's. Unlike a request, this does not count as a use of it.
    std::string account_of(std::string_view bearer);

private:
    struct Asked;
    struct Caller;
    Result<Caller> caller(std::string_view bearer, policy::Time now);
    SandboxResponse answer(std::string_view method, std::string_view target, std::string_view body,
                           const Result<Caller>& found, policy::Time now);
    SandboxResponse serve(const Asked& asked, const std::string& token);
    const std::string& user_of(const Account& account) const;
    Result<KeptTokens*> kept_tokens();
    SandboxResponse route(const Asked& asked);
    SandboxResponse list(const Asked& asked);
    SandboxResponse create(const Asked& asked);
    SandboxResponse remove(const Asked& asked, std::string_view id);

    std::unique_ptr<TokenStore> token_store_;
    const Clock& clock_;
    std::vector<Account> accounts_;
    std::vector<std::string> users_;       // of the accounts, in their order: their addresses
    std::vector<std::string> key_hashes_;  // the same
    std::optional<KeptTokens> kept_;
    KeptTargets targets_;
};

/// It in-process, as an Exchange that always sends the right key.
std::unique_ptr<truefoundry::Exchange> make_sandbox_exchange(ControlPlane& plane);

}  // namespace tfy::sandbox
