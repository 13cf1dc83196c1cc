// What the rules in force ask for, before anyone calls: one demand for each tool that changes something.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/gate.hpp"
#include "tools/approval_requirements.hpp"
#include "tools/registry/catalog.hpp"

namespace tfy::approvals {

/// How a person can be reached where a decision takes this much assurance.
std::vector<std::string> channels(policy::Assurance least, bool over_http);

/// What a call of one tool comes to, for a token that no rule names by its name, at this hour.
struct Requirement {
    std::string tool;
    std::string doing;                        // "create"
    std::optional<policy::Terms> terms = {};  // none: it is refused
    std::string refused = {};                 // why, as a sentence
    std::string why_not = {};                 // why no one could ever approve it, as a sentence
    std::vector<int> narrower = {};           // lines of rules that decide before, for some names or clients,
                                              // or at other hours
    std::vector<std::string> narrower_nobody;  // of these, under which no one could approve: sentences

    bool could_be_approved() const { return terms && why_not.empty(); }
};

/// Of `caller`, under `gate`, for each tool of `catalog` that changes something. What does the work of other
/// tools is asked for under their rules, too.
std::vector<Requirement> requirements_of_calls(const registry::Catalog& catalog, const policy::Gate& gate,
                                               const policy::Caller& caller, policy::Time now,
                                               const policy::Seals& seal);

/// "one person decides, who has signed in to the approvals page at least"; of one that no one could approve,
/// or that is refused, why.
std::string in_words(const Requirement& demand, const policy::Seals& seal);

/// The same, told once for all tools of which it is true: {"create, delete", words}.
std::vector<std::pair<std::string, std::string>> in_words(const std::vector<Requirement>& requirements,
                                                          const policy::Seals& seal);

/// For tfy_config_status.
tools::ApprovalRequirements told_to_agents(const std::vector<Requirement>& requirements,
                                           const policy::Seals& seal);

}  // namespace tfy::approvals
