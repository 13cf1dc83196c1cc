// What the rules in force ask of an approver, as agents are told.
#pragma once

#include <string>

#include "protocol/error.hpp"

namespace tfy::tools {

struct ApprovalRequirements {
    std::string words = {};  // sentences
    /// {tool, could_be_approved, min_assurance, people, words} for each tool that changes something;
    /// min_assurance and people null where it is refused.
    Json by_tool = Json::array();
};

}  // namespace tfy::tools
