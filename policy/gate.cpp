// Who may ask what, and what it takes to run it. Pure: its test is a table.
#include "policy/gate.hpp"

#include <algorithm>

#include "policy/rule_match.hpp"

namespace tfy::policy {
namespace {

std::string reason_of(const Rule& rule) {
    return rule.because.empty() ? "a rule of the policy denies this call" : rule.because;
}

/// A changing call that no rule covers now. If one does at another time, it says when.
Denial uncovered(const std::vector<Rule>& rules, const Call& call, std::string_view subject, Time now) {
    const auto later = std::ranges::find_if(rules, [&](const Rule& each) {
        return each.says == Rule::Says::ask && match(each, call, subject, now).at_another_time();
    });
    if (later == rules.end()) return {"no rule of the policy covers this call", 0};
    const auto& hours = later->when->text();
    return {"no rule of the policy covers this call at this time, but one does " + hours, 0, hours};
}

}  // namespace

Verdict Gate::judge(Call call, std::string_view subject, Time now) const {
    const auto rule = std::ranges::find_if(
        rules_.rules, [&](const Rule& each) { return match(each, call, subject, now).all(); });
    const bool found = rule != rules_.rules.end();
    if (found && rule->says == Rule::Says::deny) return Denial{reason_of(*rule), rule->line};
    if (call.effect == Effect::reads) return ReadPermit(std::move(call));
    if (!found) return uncovered(rules_.rules, call, subject, now);
    return Ask{std::move(call), *rule};
}

Approval Gate::request(Ask ask, Facts facts, std::string id, std::string agent_reason, Time now) const {
    Approval fresh;
    fresh.id = std::move(id);
    fresh.digest_ = digest(ask.call);
    fresh.asked_digest = fresh.digest_;
    fresh.terms_ = terms_of(ask.rule, ask.call.caller, facts.yields_value);
    fresh.call = std::move(ask.call);
    fresh.facts = std::move(facts);
    fresh.agent_reason = std::move(agent_reason);
    fresh.call.reason = fresh.agent_reason;
    fresh.repeat_outcome = rules_.repeat_outcome;
    fresh.created = now;
    fresh.updated = now;
    fresh.expires = fresh.facts.no_later(now + ask.rule.lifetime);
    return fresh;
}

Result<ApprovedPermit> Gate::redeem(Claim claim, Call call, Time now) const {
    const auto& approval = claim.approval();
    if (approval.state() != Approval::State::executing)
        return Error{Errc::refused, "This request is " + std::string(to_string(approval.state())) +
                                        ", so its call cannot run. Nothing was done."};
    if (now >= approval.expires)
        return Error{Errc::expired,
                     "The approval was not used in time. Call the tool again. Nothing was done."};
    // The second comparison: what the person saw is the record's call, and it too must be what the digest
    // stands for.
    if (digest(call) != approval.digest() || digest(approval.call) != approval.digest())
        return Error{Errc::superseded, "This call is not the one that was approved. Nothing was done."};
    const auto& decision = approval.decision();
    if (!decision || !decision->approved)
        return Error{Errc::refused, "No person has approved this call. Nothing was done."};
    if (const auto missing = unmet(approval)) return Error{Errc::refused, *missing + " Nothing was done."};
    return ApprovedPermit(std::move(call),
                          ApprovedPermit::Grant{approval.id, approval.facts, *decision, approval.votes(),
                                                approval.terms().destinations});
}

}  // namespace tfy::policy
