// Refusals of callers who do not show a credential that holds, as RFC 6750 has them.
#pragma once

#include <chrono>
#include <string>

#include "server/transport/guard.hpp"

namespace tfy::transport::bearer {

/// What a caller's key or access token lets it do. To ask for a change contains to read.
inline constexpr auto all_scopes = "tokens:read tokens:request";

/// How a caller is asked to show another credential, or one at all.
struct Challenge {
    /// Address of the protected resource's metadata (RFC 9728), where a client learns which authorization
    /// server gives access tokens. Empty: there is none, and only the operator gives out keys.
    std::string metadata = {};
    /// Without metadata: callers come by TrueFoundry's gateway, which passes on their own keys, and whether
    /// others show keys of the operator's.
    bool gateway = false;
    bool keys = true;

    /// 401: no credential was shown.
    guard::Rejection none() const;
    /// 401: one was shown that does not hold. The same words whatever is wrong with it.
    guard::Rejection invalid() const;
    /// 400: more than one, or one that cannot be read.
    guard::Rejection malformed() const;
    /// 403: it holds, and lets its caller do nothing here. Names all scopes.
    guard::Rejection no_scope() const;
    /// 403: it holds, and lets its caller read only. Names the scopes that the call needs.
    guard::Rejection only_reads() const;
};

/// 429, in place of Challenge::invalid(): too many from this address.
guard::Rejection too_many(std::chrono::seconds wait);
/// 429: its caller sends more in a minute than it may.
guard::Rejection too_many_requests(std::chrono::seconds wait);
/// 429: its caller has as many calls under way as it may.
guard::Rejection too_many_calls();
/// 403: a credential that the gateway alone may pass on came from elsewhere.
guard::Rejection not_by_proxy();
/// 503: whether it holds cannot be known at the moment.
guard::Rejection not_known_now();

}  // namespace tfy::transport::bearer
