// Who may ask: the seam between a request's head and its body.
#pragma once

#include "server/callers/caller_limits.hpp"
#include "server/transport/bearer.hpp"
#include "server/transport/listener.hpp"
#include "tools/async.hpp"

namespace tfy::callers {

class Authenticator {
public:
    virtual ~Authenticator() = default;

    /// Asked for each request to /mcp whose head was let through, before a byte of its body is read: the
    /// caller, or the answer, which ends the connection.
    virtual transport::Admission admit(const transport::Arrival& arrival) = 0;

    /// Whether what a caller was admitted by can end while its request is served.
    virtual bool can_end() const { return false; }
    /// Asked with what a caller is known again by.
    virtual bool still_holds(const std::string& /*held*/) { return true; }
    /// What to await before still_holds() is asked, so that it is up to date. Nothing: it is.
    virtual std::optional<Async<void>> news_of(const std::string& /*held*/) { return std::nullopt; }
    /// Lets go of credentials that no one has shown for a while. To be called every few seconds.
    virtual void forget_old() {}
    /// Asked when a request turns out to be a batch, with how many messages it has beyond the first. The
    /// answer, if these are more than its caller may send.
    virtual std::optional<transport::guard::Rejection> count_more(const policy::Caller&, std::size_t) {
        return std::nullopt;
    }
    /// A turn for one call; nothing if this caller has as many under way as it may.
    virtual std::optional<CallerLimits::Turn> begin(const policy::Caller&) { return CallerLimits::Turn(); }
    /// What a caller is told whose credential has ended.
    virtual transport::bearer::Challenge challenge() const { return {}; }
};

}  // namespace tfy::callers
