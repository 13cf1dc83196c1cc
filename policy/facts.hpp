// What the server itself found out about the target of a call, shown to the person before the agent's words.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::policy {

// The keys of `needs` and `consumes`.
inline std::string token_key(std::string_view id) { return "token:" + std::string(id); }        // it exists
inline std::string rotation_key(std::string_view id) { return "rotation:" + std::string(id); }  // none began
inline std::string name_key(std::string_view name) { return "name:" + std::string(name); }      // it is free
inline std::string value_key(std::string_view reveal_id) {
    return "value:" + std::string(reveal_id);
}  // held

/// The label of what is told of a standing permission: for people alone, since it says what is let through.
inline constexpr std::string_view permission_label = "Standing permission";

struct Fact {
    std::string label;  // "Last used"
    std::string value;  // may hold other people's text: pass through shown() before display
};

struct Facts {
    std::string subject;           // the token's name: what rules match as `names`
    std::string effect;            // one sentence: what happens on approval
    std::vector<Fact> shown = {};  // in display order
    std::vector<std::string> warnings = {};
    Json target = nullptr;      // what must still be so right before the call (null: nothing to compare)
    bool yields_value = false;  // a create: approving asks where the value goes
    std::optional<Time> expires = {};  // of the token that a create would make; none: never, or no create
    std::string confirmation = {};     // where typing the name would be too easy: a sentence to type instead
    std::vector<std::string> needs = {};     // what the call relies on, as the keys below name it
    std::vector<std::string> consumes = {};  // what is no longer there for others once it has run
    std::optional<Time> until = {};  // when what the call needs is gone; none: it does not end by itself
    bool contested = false;  // when it was opened, another caller's open request would change the same token

    /// What the person types to approve; empty: nothing.
    const std::string& to_type() const { return confirmation.empty() ? subject : confirmation; }

    /// `end`, or when what the call needs is gone: no time that is promised is later.
    Time no_later(Time end) const { return until ? std::min(end, *until) : end; }

    Json json() const;
    static Facts read(const Json& value);
    /// True if the target, read again, differs from what was approved.
    bool changed(const Json& now) const { return target != now; }
};

}  // namespace tfy::policy
