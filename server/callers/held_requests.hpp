// Requests that wait, each with what its caller was admitted by: they end with it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "server/callers/authenticator.hpp"

namespace tfy::callers {

/// On one loop. A request that is answered at once never comes here, so that most cost nothing.
class HeldRequests {
public:
    using End = std::function<void(transport::guard::Rejection)>;

    explicit HeldRequests(Authenticator& callers) : callers_(callers) {}
    HeldRequests(const HeldRequests&) = delete;
    HeldRequests& operator=(const HeldRequests&) = delete;

    /// From here on, until what is returned is let go.
    std::shared_ptr<void> add(std::string held, End end);
    /// Ends the requests of callers who are served no longer. To be called every few seconds. Where news of a
    /// caller have to be awaited, the others do not wait for them.
    Async<void> look();

private:
    Async<void> look_after_news(std::string held, Async<void> news);
    void end_unless_held(const std::string& held);

    Authenticator& callers_;
    std::multimap<std::string, End> waiting_ = {};
    std::set<std::string> awaited_ = {};  // of whom news are under way
};

}  // namespace tfy::callers
