// A caller that a person has stopped: what it had asked for is over, and nothing new is taken from it.
#pragma once

#include "policy/approval.hpp"

namespace tfy::policy {

/// It holds until a person lifts it; no standing permission gets around it.
struct Freeze {
    std::string principal;
    std::string by;
    Assurance assurance = Assurance::client;
    Time since = {};
    std::string reason = {};  // may be empty

    /// Who froze which caller, when and why: "ada froze this caller (stdio:ada) on …. Their reason: …".
    std::string words(const Seals& seal) const;
    /// What its agent is told of a new request.
    Error refusal() const;
    /// The same with the person's reason.
    Error refusal(const Seals& seal) const;
};

/// What the agent of a frozen caller is to do.
inline constexpr auto after_a_freeze =
    "Tell the user that this caller is frozen, and do not call again until they say so.";

/// Any person may. Errc::refused if there is no principal, or the reason is too long.
Result<Freeze> freeze(const Human& person, std::string principal, std::string reason, Time now);

/// What a freeze makes of an open request, also one that others decide on: denied if it waits for a person,
/// withdrawn, with words that say so, if it was approved and has not begun. Errc::refused for any other.
Result<Approval> stop(Approval approval, const Freeze& freeze, const Seals& seal);

}  // namespace tfy::policy
