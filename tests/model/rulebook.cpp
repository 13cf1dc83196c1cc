#include "tests/model/rulebook.hpp"

#include <algorithm>

#include "tests/model/names.hpp"

namespace tfy::model {

using namespace std::chrono_literals;
using policy::Destination;

const std::vector<Rulebook>& rulebooks() {
    static const std::vector<std::string> group = {"grace", "heidi", "ivan", "bob"};
    static const std::vector<Rulebook> all = {
        {.lines = {{create, "", {}},
                   {remove_tool, "", {.lifetime = 5min, .denied_for = 1min}},
                   {"*", "", {}}}},
        {.lines = {{create, "ci-", {.quorum = 2, .approvers = group}},
                   {remove_tool,
                    "",
                    {.quorum = 2, .approvers = group, .self_approval = false, .lifetime = 5min}},
                   {"*", "", {.assurance = 1, .denied_for = 0s}}},
         .claim_window = 2min,
         .repeat_outcome = 1min},
        {.lines = {{create, "app-", {.assurance = 2, .reason = true, .reveal = {Destination::page}}},
                   {create, "ci-", {.quorum = 3, .self_approval = false, .lifetime = 10min}},
                   {remove_tool, "ci-", {.quorum = 2}},
                   {remove_tool, "", {.self_approval = false}},
                   {reveal, "", {.reason = true}}},
         .open_requests = 4},
        {.lines = {{remove_tool, "app-", {.denied = true}},
                   {create, "app-", {.denied = true}},
                   {create, "", {.self_approval = false, .assurance = 0, .lifetime = 30s, .denied_for = 40s}},
                   {reveal, "", {.quorum = 2}},
                   {"*", "", {.quorum = 2, .assurance = 3}}},
         .claim_window = 30s,
         .open_requests = 3,
         .repeat_outcome = 20s},
    };
    return all;
}

policy::Rules rules_of(const Rulebook& book) {
    policy::Rules rules{.open_requests = book.open_requests,
                        .requests_per_minute = 60,
                        .claim_window = book.claim_window,
                        .repeat_outcome = book.repeat_outcome};
    for (const auto& [tool, prefix, demand] : book.lines) {
        policy::Rule rule{.tools = {tool},
                          .names = {prefix + "*"},
                          .says = demand.denied ? policy::Rule::Says::deny : policy::Rule::Says::ask,
                          .approvers = demand.approvers,
                          .quorum = demand.quorum,
                          .self_approval = demand.self_approval,
                          .lifetime = demand.lifetime,
                          .denied_for = demand.denied_for,
                          .reason_required = demand.reason,
                          .reveal = demand.reveal,
                          .line = static_cast<int>(rules.rules.size()) + 1};
        if (demand.assurance >= 0) rule.min_assurance = static_cast<policy::Assurance>(demand.assurance);
        rules.rules.push_back(std::move(rule));
    }
    return rules;
}

const Requirement* find(const Rulebook& book, const std::string& tool, const std::string& name) {
    const auto line = std::ranges::find_if(book.lines, [&](const Line& each) {
        return (each.tool == "*" || each.tool == tool) && name.starts_with(each.prefix);
    });
    return line == book.lines.end() ? nullptr : &line->demand;
}

int least_assurance(const Requirement& demand, int default_assurance) {
    const int least = demand.assurance >= 0 ? demand.assurance : default_assurance;
    const bool names_matter = demand.quorum > 1 || !demand.approvers.empty() || !demand.self_approval;
    return names_matter ? std::max(least, 1) : least;
}

}  // namespace tfy::model
