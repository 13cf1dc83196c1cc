// Whether TrueFoundry takes a key that is not this server's own, and whose it is.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/http_client/http_client.hpp"
#include "server/upstream/api_key.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::upstream {

struct CheckedKey {
    std::string user;                     // as KeyIdentity.user; empty: nothing told it
    std::string subject;                  // whom it stands for, by its claims, else by what it lists
    std::optional<policy::Time> expires;  // none: never, or it does not say
};

/// Each check is one GET of one page with one token, sent with that key alone, past the breaker of other
/// keys. No check is tried again.
class KeyCheck {
public:
    using ExchangeWith = std::function<std::unique_ptr<truefoundry::Exchange>(std::shared_ptr<const OwnKey>)>;

    KeyCheck(std::shared_ptr<http_client::TransferThread> thread, http_client::ServerOptions options,
             std::chrono::milliseconds max_time);
    KeyCheck(ExchangeWith exchange_with, std::chrono::milliseconds max_time)
        : exchange_with_(std::move(exchange_with)), max_time_(max_time) {}

    /// `key` is read before the first answer; this outlives the check. What a key says of itself is believed
    /// only after TrueFoundry accepted it, but for a virtual account's key, which is not asked about. Errc:
    ///   denied    TrueFoundry refused the key (401), or does not let it list access tokens (403)
    ///   refused   a virtual account's key, or a text that is none by its form: nothing was sent
    ///   upstream  no answer, or one that says nothing of the key (429, 5xx, a proxy's page): never to be
    ///             remembered. `data` is {http_status, retry_after?} if there was an answer.
    /// The messages repeat nothing of the key, nor of the answer.
    Async<Result<CheckedKey>> check(const policy::Secret& key) const;

private:
    Async<Result<CheckedKey>> ask(policy::Secret key) const;

    ExchangeWith exchange_with_;
    std::chrono::milliseconds max_time_;
};

}  // namespace tfy::upstream
