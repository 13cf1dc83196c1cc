// An issuer's keys, kept and read again when they have to be.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/jwt/key_set.hpp"
#include "tools/async.hpp"

namespace tfy::jwt {

/// One loop only. Keys are read when a token needs them and they are older than 10 minutes, or it names one
/// that is unknown: once a minute at most, and for one name once in 5 minutes. While the issuer cannot be
/// read, known keys go on for 24 hours, also for those who come while it is being read. A token whose
/// signature held is not reckoned again until the keys are read again: it depends on nothing else.
class IssuerKeys {
public:
    /// Gives the text of the set of keys.
    using Fetch = std::function<Async<Result<std::string>>()>;

    /// `clock` must outlive it.
    IssuerKeys(Fetch fetch, const Clock& clock) : fetch_(std::move(fetch)), clock_(clock) {}

    /// Whether one of them signed it. Errc::denied if not; what `fetch` answered with, if there is no key to
    /// check with.
    Async<Result<void>> check(Token token);
    /// The same in two steps, for who seldom has to wait: by the keys that are known now, and whether those
    /// should be read first.
    Result<void> check_by_known(const Token& token);
    bool should_read_for(const Token& token);
    /// Whether the token with this print_of() is known to be signed by one of them.
    bool hold(std::string_view print) const { return usable(clock_.now()) && held_.contains(print); }
    /// Waits, where another one reads already.
    Async<void> read_for(Token token);

private:
    bool usable(policy::Time now) const;
    bool may_read(policy::Time now) const;
    bool is_known_as_unknown(const std::string& key_id, policy::Time now);
    void remember_if_unknown(const Token& token, policy::Time now);
    Async<void> read();
    void take(Result<std::string> text);

    Fetch fetch_;
    const Clock& clock_;
    std::vector<PublicKey> keys_ = {};
    std::optional<policy::Time> read_ = {};                          // when that last went well
    std::optional<policy::Time> tried_ = {};                         // when it was last tried
    Error problem_ = {};                                             // of the last try that failed
    std::map<std::string, policy::Time, std::less<>> unknown_ = {};  // names, until they are asked for again
    std::set<std::string, std::less<>> held_ = {};             // prints of tokens that keys_ have signed
    std::shared_ptr<boost::asio::steady_timer> reading_ = {};  // while it is being read; ends then
};

}  // namespace tfy::jwt
