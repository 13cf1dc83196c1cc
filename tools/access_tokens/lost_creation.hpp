// What became of a creation whose answer no one here has: listing tells, and the one POST is never repeated.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "tools/truefoundry/client.hpp"

namespace tfy::access_tokens {

/// How far TrueFoundry's clock may be behind ours when we judge whether a token is the one that was asked
/// for.
inline constexpr std::chrono::minutes clock_slack{5};

struct LostCreation {
    truefoundry::TokenName name;
    policy::Time begun;      // it was not asked for before this
    policy::Duration age;    // how long ago that was: by a clock that no one sets, where there is one
    std::string how;         // the answer was lost, for people: "TrueFoundry's answer was lost (...)"
    bool confirmed = false;  // TrueFoundry said yes: a token that is not listed was made all the same
    policy::Duration clock_apart =
        clock_slack;  // a token that is more than that older than `begun` is not it
};

struct CreationOutcome {
    enum class Is { made, older, not_made, unknown } is = Is::unknown;
    std::optional<truefoundry::AccessToken> token = {};  // made, older
    std::string why = {};                                // unknown
    bool may_tell_later = false;                         // unknown: see tools::unread()
};

/// Looks until it is settled (see Settling): a token that is there is seen at once; that there is none counts
/// only when the POST cannot be running any more. Half a minute at the most.
Async<CreationOutcome> fate_of(truefoundry::Client api, LostCreation lost);

/// Errc::ambiguous for CreationOutcome::Is::older, where the name was free before.
Error looks_older(const truefoundry::AccessToken& token, const std::string& how, const policy::Seals& seal);

/// The same in words, for a name that was free before. Errc::ambiguous: the token is there and no one has its
/// value (`data` is {token: {id, name}}), or one is there that looks older (the same), or no one can know.
/// Errc::upstream: there is none, and nothing was made.
Async<Error> look_for(truefoundry::Client api, LostCreation lost);

}  // namespace tfy::access_tokens
