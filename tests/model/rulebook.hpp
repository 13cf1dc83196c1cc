// Rules as the reference reads them: plain lines, judged without policy/. The product gets the same lines as
// its own rules.
#pragma once

#include <string>
#include <vector>

#include "policy/rule.hpp"

namespace tfy::model {

/// What it takes to have one call approved.
struct Requirement {
    bool denied = false;
    std::size_t quorum = 1;
    std::vector<std::string> approvers = {};  // empty: anyone
    bool self_approval = true;
    int assurance = -1;  // as policy::Assurance; -1: the caller's default
    bool reason = false;
    policy::Duration lifetime = std::chrono::minutes{15};
    policy::Duration denied_for = std::chrono::minutes{15};
    std::vector<policy::Destination> reveal = {policy::Destination::page, policy::Destination::agent,
                                               policy::Destination::none};
};

struct Line {
    std::string tool;    // a whole name, or "*"
    std::string prefix;  // of the token's name
    Requirement demand;
};

struct Rulebook {
    std::vector<Line> lines;
    policy::Duration claim_window = std::chrono::minutes{15};
    std::size_t open_requests = 16;
    policy::Duration repeat_outcome = std::chrono::minutes{10};
};

const std::vector<Rulebook>& rulebooks();
policy::Rules rules_of(const Rulebook& book);
/// The first line that fits, with the assurance filled in; nothing if none fits.
const Requirement* find(const Rulebook& book, const std::string& tool, const std::string& name);
/// The least assurance, once the caller's default and the need for names are counted in.
int least_assurance(const Requirement& demand, int default_assurance);

}  // namespace tfy::model
