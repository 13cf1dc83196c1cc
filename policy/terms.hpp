// What it takes to decide on one request: its rule's word at the time when it was made. A rule that changes
// later changes nothing here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/human.hpp"
#include "policy/redacted.hpp"
#include "policy/rule.hpp"

namespace tfy::policy {

struct Terms {
    Assurance min_assurance = Assurance::signed_in;
    std::vector<std::string> approvers = {};  // people by name, groups resolved; empty: anyone
    std::size_t quorum = 1;                   // different people who must say yes; one no is enough
    bool self_approval = true;                // whether the person whose agent asks may say yes
    bool reason_required = false;
    std::vector<Destination> destinations = {};  // that the person may choose from, the default first; empty:
                                                 // no value comes of it
    std::string because = {};                    // the rule's
    Duration denied_for = std::chrono::minutes{15};  // for so long a denial answers the same call
    std::optional<Duration> remind_after = {};       // counted from when it was asked; none: never
    std::optional<Duration> escalate_after = {};     // the same
    std::vector<std::string> escalate_to = {};       // channels that are told then; it lets no one decide

    bool operator==(const Terms&) const = default;
};

/// The terms of a request of `caller` under `rule`; `yields_value`: whether a destination is to be chosen.
/// The assurance is the rule's, and the transport's default if the rule names none: only what the operator
/// wrote can be less. If it matters who decides, no one can who is not known by name: then it is
/// `terminal` at least.
Terms terms_of(const Rule& rule, const Caller& caller, bool yields_value);

/// "ann, bob", safe to look at.
std::string shown_names(const std::vector<std::string>& names, const Seals& seal);

/// Whether the person of this name may decide on a request of `caller`. Assurance is another question.
bool may_decide(const Terms& terms, const Caller& caller, std::string_view name);
/// Why not, as a sentence; nothing if they may.
std::optional<std::string> excluded(const Terms& terms, const Caller& caller, std::string_view name,
                                    const Seals& seal);

/// Why no one at all could ever approve a request of `caller`, as a sentence; nothing if someone could.
std::optional<std::string> nobody_may_approve(const Terms& terms, const Caller& caller, const Seals& seal);

}  // namespace tfy::policy
