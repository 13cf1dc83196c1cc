// Who may decide, and how surely.
#include "policy/terms.hpp"

#include <algorithm>

#include "policy/visible.hpp"

namespace tfy::policy {

std::string shown_names(const std::vector<std::string>& names, const Seals& seal) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + shown(seal, name, 100);
    return text;
}

Terms terms_of(const Rule& rule, const Caller& caller, bool yields_value) {
    Terms terms{.min_assurance = rule.min_assurance.value_or(caller.default_assurance),
                .approvers = rule.approvers,
                .quorum = rule.quorum,
                .self_approval = rule.self_approval,
                .reason_required = rule.reason_required,
                .because = rule.because,
                .denied_for = rule.denied_for,
                .remind_after = rule.remind_after,
                .escalate_after = rule.escalate_after,
                .escalate_to = rule.escalate_to};
    if (asks_for_people(rule)) terms.min_assurance = std::max(terms.min_assurance, Assurance::terminal);
    if (yields_value) terms.destinations = rule.reveal;
    return terms;
}

bool may_decide(const Terms& terms, const Caller& caller, std::string_view name) {
    if (name == caller.principal) return false;
    if (!terms.self_approval && (caller.person.empty() || same_person(name, caller.person))) return false;
    return terms.approvers.empty() || std::ranges::find(terms.approvers, name) != terms.approvers.end();
}

std::optional<std::string> excluded(const Terms& terms, const Caller& caller, std::string_view name,
                                    const Seals& seal) {
    if (may_decide(terms, caller, name)) return std::nullopt;
    if (name == caller.principal)
        return "The caller cannot decide: " + shown(seal, name, 100) + " made this request.";
    if (!terms.self_approval && caller.person.empty())
        return "The rule asks for a person other than the agent's own, and this server does not know whose "
               "agent " +
               shown(seal, caller.principal, 100) + " is.";
    if (!terms.self_approval && same_person(name, caller.person))
        return "The rule asks for a person other than the agent's own, who is " + shown(seal, name, 100) +
               ": another person has to decide.";
    return "Only these people can decide on this request: " + shown_names(terms.approvers, seal) + ".";
}

std::optional<std::string> nobody_may_approve(const Terms& terms, const Caller& caller, const Seals& seal) {
    if (terms.approvers.empty()) {
        if (terms.self_approval || !caller.person.empty()) return std::nullopt;
        return "The rule asks for a person other than the agent's own, and this server does not know whose "
               "agent " +
               shown(seal, caller.principal, 100) + " is.";
    }
    const auto may = std::ranges::count_if(terms.approvers,
                                           [&](const auto& name) { return may_decide(terms, caller, name); });
    if (static_cast<std::size_t>(may) >= terms.quorum) return std::nullopt;
    return "The rule asks for " + std::to_string(terms.quorum) +
           " of these people to approve: " + shown_names(terms.approvers, seal) + ". Of them " +
           std::to_string(may) + " can approve a request of " + shown(seal, caller.principal, 100) + ".";
}

}  // namespace tfy::policy
