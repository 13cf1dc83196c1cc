// What the rules say of one call, and why: the answer of `policy explain` as a value, and in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/gate.hpp"
#include "policy/rule_match.hpp"
#include "tools/tool.hpp"

namespace tfy::approvals {

struct Explanation {
    enum class Outcome { passes, asks, denies, uncovered };

    policy::Call call;
    policy::Time at = {};
    bool yields_value = false;   // a new value comes of it
    std::string name = {};       // the token's, as rules match it
    bool name_unknown = false;   // there is one, and no one has told it
    std::string rules_from;      // "policy.toml", or the built-in rules
    bool one_transport = false;  // the caller was given: the other transport is not told of
    std::vector<policy::Rule> rules = {};
    std::vector<policy::RuleMatch> matches = {};  // one for each rule
    std::optional<std::size_t> decides = {};      // the first rule that matches
    Outcome outcome = Outcome::uncovered;
    policy::Denial refusal = {};                      // denies, uncovered
    std::vector<tools::ChangeTool::Part> parts = {};  // of a call that does what other tools do
    std::optional<policy::Rule> in_force = {};     // asks: the deciding rule, made stricter by those of parts
    std::string refused_part = {};                 // denies: if a rule for one of the parts does, in words
    std::string unapprovable = {};                 // asks: why no person could ever approve it, as a sentence
    std::optional<policy::Approval> request = {};  // asks, someone could approve it, and the arguments are
                                                   // known: what would be opened
    std::vector<std::string> notes = {};           // what a dry run cannot know, in sentences
};

std::string explain_text(const Explanation& explanation, const policy::Seals& seal);
Json explain_json(const Explanation& explanation, const policy::Seals& seal);

}  // namespace tfy::approvals
