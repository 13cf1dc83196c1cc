// What people are told a call is: the block `approval` of its tool's definition. Its raw name is for agents
// and programs.
#pragma once

#include <optional>
#include <string>

#include "policy/approval.hpp"

namespace tfy::policy {

struct CallWords {
    std::string title;          // a heading, before the token's name: "Delete access token"
    std::string verb;           // the same in a line of a list: "Delete"
    std::string button;         // what says yes: "Approve deletion"
    bool danger = false;        // something is lost for good
    std::string together = {};  // whether the page shows several on one screen: "plan", each ticked there;
                                // "opened", once each was opened by itself; empty: never
    bool takes_reason = true;   // whether its caller can give one
};

/// Of a tool without such a block: its name.
CallWords words_for(std::string_view tool, const Seals& seal);

/// What its caller gave as a reason, as it is; empty if nothing. None if its tool takes none.
std::optional<std::string> reason_given(const Approval& approval, const Seals& seal);

/// "Delete access token ci-runner": safe to look at.
std::string headline(const Approval& approval, const Seals& seal);
/// "Delete ci-runner": safe to look at.
std::string line_of(const Approval& approval, const Seals& seal);
/// What is asked, as members of an answer: `action`, which is its headline, `effect`, which is what an
/// approval does, and `facts`, the label and value of each that this server verified. Safe to look at.
Json asked_members(const Approval& approval, const Seals& seal);
/// Who decided on it, and when: `decided_by` and `decided_at`; neither while no one has. Safe to look at.
Json decision_members(const Approval& approval, const Seals& seal);

}  // namespace tfy::policy
