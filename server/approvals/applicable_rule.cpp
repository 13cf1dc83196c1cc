#include "server/approvals/applicable_rule.hpp"

namespace tfy::approvals {

std::string words(const policy::Denial& refusal) {
    if (refusal.line == 0)
        return "No rule of this server covers this call" +
               (refusal.hours.empty() ? "" : " at this time (one does " + refusal.hours + ")") +
               ", so it is refused. Nothing was done.";
    return "A rule of this server refuses this call" +
           (refusal.because.empty() ? "" : ": " + refusal.because) + ". Nothing was done.";
}

Result<policy::Rule> applicable_rule(const policy::Gate& gate, const policy::Ask& ask,
                                     const std::vector<tools::ChangeTool::Part>& parts, policy::Time now) {
    auto rule = ask.rule;
    for (const auto& part : parts) {
        auto call = ask.call;
        call.tool = part.tool;
        const auto verdict = gate.judge(std::move(call), part.subject, now);
        const auto* refusal = std::get_if<policy::Denial>(&verdict);
        if (refusal != nullptr) return Error{Errc::denied, words(*refusal)};
        auto stricter = policy::both(std::move(rule), std::get<policy::Ask>(verdict).rule,
                                     ask.call.caller.default_assurance);
        if (!stricter)
            return Error{Errc::denied,
                         "The rules for the two halves of this call have no approver or no destination in "
                         "common, so no person can approve it. Nothing was done."};
        rule = std::move(*stricter);
    }
    return rule;
}

}  // namespace tfy::approvals
